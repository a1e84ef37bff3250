"""The table of the web app: imports that are waiting, running, or were stopped."""

from __future__ import annotations

from django.db import models

__all__ = ["Job", "State"]


class State(models.TextChoices):
    """How an import through the browser stands."""

    QUEUED = "queued"
    RUNNING = "running"
    STOPPING = "stopping"
    """Asked to stop; it does within seconds."""
    STOPPED = "stopped"
    DONE = "done"
    FAILED = "failed"


class Job(models.Model):
    """Files that one runner sent, and how far their import has come.

    The runner is told by the store's number; the store's tables know nothing of this one, which only the web app has.
    """

    runner_id = models.BigIntegerField(db_index=True)
    once = models.CharField(max_length=64)
    """Of the form and the files: a form that is sent twice is one import."""
    folder = models.CharField(max_length=40)
    """Where the files lie among the runner's uploads."""
    names = models.JSONField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    done_bytes = models.BigIntegerField(default=0)
    all_bytes = models.BigIntegerField(default=0)
    files = models.IntegerField(default=0)
    runs = models.IntegerField(default=0)
    at = models.TextField(default="")
    """The file that was read last; empty while the runs are put together at the end."""
    number = models.IntegerField(null=True)
    """Of the import in the store, once it is done."""
    message = models.TextField(default="")
    remedy = models.TextField(default="")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: models.Manager[Job] = models.Manager()

    class Meta:
        app_label = "web"
        db_table = "import_job"
        constraints = [models.UniqueConstraint(fields=["runner_id", "once"], name="job_once")]

    @property
    def is_live(self) -> bool:
        """Whether it moves without anybody doing anything."""
        return self.state in (State.QUEUED, State.RUNNING, State.STOPPING)
