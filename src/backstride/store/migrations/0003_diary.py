import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0002_interview"),
    ]

    operations = [
        migrations.CreateModel(
            name="DiaryRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("told_at", models.DateTimeField()),
                ("day", models.DateField()),
                ("content", models.JSONField()),
                ("runner", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="store.runnerrow")),
            ],
            options={
                "db_table": "diary",
                "indexes": [models.Index(fields=["runner", "told_at"], name="diary_told_at")],
            },
        ),
        migrations.CreateModel(
            name="TrialRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("begun_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("state", models.JSONField()),
                ("runner", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="store.runnerrow")),
            ],
            options={
                "db_table": "trial",
                "constraints": [models.UniqueConstraint(fields=("runner", "begun_at"), name="trial_begun_at")],
            },
        ),
    ]
