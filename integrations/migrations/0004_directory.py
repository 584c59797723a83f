import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("integrations", "0003_connection_tokens"),
    ]

    operations = [
        migrations.CreateModel(
            name="AtsDirectoryEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("person_id", models.CharField(max_length=200)),
                ("name", models.CharField(blank=True, max_length=300)),
                (
                    "email",
                    models.CharField(
                        blank=True,
                        help_text="The first one; others are keys only.",
                        max_length=254,
                    ),
                ),
                (
                    "linkedin",
                    models.CharField(
                        blank=True,
                        help_text="Where the ATS lists it with people.",
                        max_length=500,
                    ),
                ),
                ("url", models.CharField(blank=True, max_length=1000)),
                ("search", models.TextField(blank=True, editable=False)),
                (
                    "seen_in",
                    models.PositiveIntegerField(
                        help_text="The number of the last pull that saw this person."
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "connection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="directory_entries",
                        to="integrations.atsconnection",
                    ),
                ),
            ],
            options={
                "verbose_name": "person in a directory",
                "verbose_name_plural": "people in directories",
            },
        ),
        migrations.CreateModel(
            name="AtsDirectoryKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("key", models.CharField(max_length=10)),
                ("value", models.CharField(max_length=500)),
                (
                    "connection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="integrations.atsconnection",
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="keys",
                        to="integrations.atsdirectoryentry",
                    ),
                ),
            ],
            options={
                "verbose_name": "key of a person in a directory",
                "verbose_name_plural": "keys of people in directories",
            },
        ),
        migrations.CreateModel(
            name="AtsDirectoryPull",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "number",
                    models.PositiveIntegerField(
                        default=0, help_text="Of this or the last pull."
                    ),
                ),
                (
                    "cursor",
                    models.TextField(
                        blank=True, help_text="Empty: from the beginning."
                    ),
                ),
                (
                    "is_full",
                    models.BooleanField(
                        default=True,
                        help_text="It lists everybody: who is not seen has left.",
                    ),
                ),
                ("began_at", models.DateTimeField(blank=True, null=True)),
                (
                    "read",
                    models.PositiveIntegerField(
                        default=0, help_text="People, in this pull."
                    ),
                ),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "full_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When everybody was last listed to the end.",
                        null=True,
                    ),
                ),
                (
                    "people",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="How many are there, counted at the end of the last pull.",
                    ),
                ),
                ("due_at", models.DateTimeField()),
                (
                    "tries",
                    models.PositiveIntegerField(
                        default=0, help_text="Failures in a row."
                    ),
                ),
                (
                    "trouble",
                    models.TextField(
                        blank=True, help_text="The sentence shown to people."
                    ),
                ),
                ("leased_by", models.CharField(blank=True, max_length=64)),
                ("leased_until", models.DateTimeField(blank=True, null=True)),
                (
                    "connection",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="directory",
                        to="integrations.atsconnection",
                    ),
                ),
            ],
            options={
                "verbose_name": "directory of an ATS",
                "verbose_name_plural": "directories of ATSs",
            },
        ),
        migrations.AddIndex(
            model_name="atsdirectoryentry",
            index=models.Index(
                fields=["connection", "-created_at", "-id"], name="directory_newest"
            ),
        ),
        migrations.AddIndex(
            model_name="atsdirectoryentry",
            index=models.Index(fields=["connection", "seen_in"], name="directory_seen"),
        ),
        migrations.AddConstraint(
            model_name="atsdirectoryentry",
            constraint=models.UniqueConstraint(
                fields=("connection", "person_id"), name="directory_entry_once"
            ),
        ),
        migrations.AddIndex(
            model_name="atsdirectorykey",
            index=models.Index(
                fields=["connection", "key", "value"], name="directory_key"
            ),
        ),
        migrations.AddConstraint(
            model_name="atsdirectorykey",
            constraint=models.UniqueConstraint(
                fields=("entry", "key", "value"), name="directory_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="atsdirectorykey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("key__in", ["email", "linkedin"]),
                    models.Q(("value", ""), _negated=True),
                ),
                name="directory_key_known",
            ),
        ),
    ]
