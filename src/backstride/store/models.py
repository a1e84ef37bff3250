"""The tables. Every row belongs to one runner; nobody outside the store sees these classes."""

from __future__ import annotations

from django.db import models

from backstride.model.ledger import ImportState

__all__ = ["DayRow", "DiaryRow", "FileRow", "ImportRow", "InterviewRow", "RunRow", "RunnerRow", "ShoeRow", "SourceRow", "TrialRow"]


class RunnerRow(models.Model):
    """A member of the household, or a clinic's runner."""

    name = models.CharField(max_length=100, unique=True)
    created_at = models.DateTimeField()
    zone = models.CharField(max_length=60, default="")
    sex = models.CharField(max_length=10, default="")
    birth_year = models.IntegerField(null=True)

    class Meta:
        db_table = "runner"


class ImportRow(models.Model):
    """One import: what was named, when, and how it ended."""

    runner = models.ForeignKey(RunnerRow, on_delete=models.CASCADE)
    number = models.IntegerField()
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=[(state.value, state.value) for state in ImportState])
    paths = models.JSONField()
    fingerprint = models.CharField(max_length=64)

    class Meta:
        db_table = "import"
        constraints = [models.UniqueConstraint(fields=["runner", "number"], name="import_number")]


class RunRow(models.Model):
    """One run, derived from one or more sources, field by field; made anew whenever its sources change."""

    runner = models.ForeignKey(RunnerRow, on_delete=models.CASCADE)
    key = models.CharField(max_length=32)
    start = models.DateTimeField()
    local_day = models.DateField()
    sport = models.CharField(max_length=60)
    distance_m = models.FloatField(null=True)
    timer_time_s = models.FloatField(null=True)
    device = models.CharField(max_length=200)
    shoe = models.CharField(max_length=200)
    title = models.TextField()
    content = models.JSONField()
    """The whole run in plain form, with the source of every field."""
    measured = models.JSONField(null=True)
    stream = models.CharField(max_length=32, default="")
    """Key of the source whose samples it has; empty when there are none."""
    made_from = models.CharField(max_length=64)
    """Digest of all that it was derived from."""

    class Meta:
        db_table = "run"
        constraints = [models.UniqueConstraint(fields=["runner", "key"], name="run_key")]
        indexes = [models.Index(fields=["runner", "start"], name="run_start")]


class FileRow(models.Model):
    """The ledger: what became of one file of one import."""

    runner = models.ForeignKey(RunnerRow, on_delete=models.CASCADE)
    imported = models.ForeignKey(ImportRow, on_delete=models.CASCADE)
    position = models.IntegerField()
    path = models.TextField()
    state = models.CharField(max_length=12)
    detail = models.TextField()
    digest = models.CharField(max_length=64, default="")
    size_bytes = models.BigIntegerField(default=0)
    worn = models.JSONField(default=dict)
    """Link of an activity to the name of the pair worn."""

    class Meta:
        db_table = "imported_file"
        constraints = [models.UniqueConstraint(fields=["imported", "position"], name="file_position")]


class SourceRow(models.Model):
    """One run as one source gave it. Never changed; it goes when no import names it any more."""

    runner = models.ForeignKey(RunnerRow, on_delete=models.CASCADE)
    key = models.CharField(max_length=32)
    content = models.JSONField()
    columns = models.JSONField()
    """Names of the columns of its stream; empty when it has none."""
    offset_by_position_s = models.IntegerField(null=True)
    damaged = models.BooleanField(default=False)
    measured = models.JSONField(null=True)
    measure_version = models.IntegerField(default=0)
    run = models.ForeignKey(RunRow, null=True, on_delete=models.SET_NULL, related_name="sources")
    files = models.ManyToManyField(FileRow, related_name="sources", db_table="source_of_file")

    class Meta:
        db_table = "source_run"
        constraints = [models.UniqueConstraint(fields=["runner", "key"], name="source_key")]


class ShoeRow(models.Model):
    """A pair of shoes, from an import (`file`) or told by the runner (no file)."""

    runner = models.ForeignKey(RunnerRow, on_delete=models.CASCADE)
    file = models.ForeignKey(FileRow, null=True, on_delete=models.CASCADE)
    name = models.CharField(max_length=200)
    brand = models.CharField(max_length=200, default="")
    model = models.CharField(max_length=200, default="")
    first_used = models.DateField(null=True)
    start_km = models.FloatField(null=True)
    retired = models.DateField(null=True)

    class Meta:
        db_table = "shoe"
        indexes = [models.Index(fields=["runner", "name"], name="shoe_name")]


class DayRow(models.Model):
    """One value of one of the runner's days, as one file gave it."""

    runner = models.ForeignKey(RunnerRow, on_delete=models.CASCADE)
    file = models.ForeignKey(FileRow, on_delete=models.CASCADE)
    day = models.DateField()
    name = models.CharField(max_length=40)
    value = models.FloatField()

    class Meta:
        db_table = "day_value"
        indexes = [models.Index(fields=["runner", "day"], name="day_value_day")]


class InterviewRow(models.Model):
    """One interview: how far it has come, and what it came to."""

    runner = models.ForeignKey(RunnerRow, on_delete=models.CASCADE)
    begun_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    finished = models.BooleanField(default=False)
    state = models.JSONField()
    """As `Interview.as_plain` gives it."""
    assessment = models.JSONField(null=True)
    """The answer as it was told; null before there is one."""

    class Meta:
        db_table = "interview"
        constraints = [models.UniqueConstraint(fields=["runner", "begun_at"], name="interview_begun_at")]


class DiaryRow(models.Model):
    """One telling of the diary. Never changed: what is told later goes before it."""

    runner = models.ForeignKey(RunnerRow, on_delete=models.CASCADE)
    told_at = models.DateTimeField()
    day = models.DateField()
    content = models.JSONField()
    """Fields of a `DiaryEntry` by name."""

    class Meta:
        db_table = "diary"
        indexes = [models.Index(fields=["runner", "told_at"], name="diary_told_at")]


class TrialRow(models.Model):
    """One change that a runner tries, and how far it has come."""

    runner = models.ForeignKey(RunnerRow, on_delete=models.CASCADE)
    begun_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    state = models.JSONField()

    class Meta:
        db_table = "trial"
        constraints = [models.UniqueConstraint(fields=["runner", "begun_at"], name="trial_begun_at")]
