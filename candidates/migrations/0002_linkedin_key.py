from django.db import migrations, models

from candidates.identity import linkedin_key


def fill(apps, schema_editor):
    """Derive the key of everybody who has a profile."""
    candidates = apps.get_model("candidates", "Candidate").objects
    changed = []
    for row in candidates.exclude(linkedin_url="").only("linkedin_url").iterator():
        row.linkedin_key = linkedin_key(row.linkedin_url)
        changed.append(row)
    candidates.bulk_update(changed, ["linkedin_key"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("candidates", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="candidate",
            name="linkedin_key",
            field=models.CharField(
                blank=True, default="", editable=False, max_length=500
            ),
        ),
        migrations.AddIndex(
            model_name="candidate",
            index=models.Index(
                fields=["organization", "linkedin_key"], name="candidate_linkedin"
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
