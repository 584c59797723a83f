from django.db import migrations, models


def count_what_was_repeated(apps, schema_editor):
    steps = apps.get_model("integrations", "ExportStep")
    steps.objects.filter(repeated=True).update(repeats=1)


class Migration(migrations.Migration):
    dependencies = [("integrations", "0006_claims_of_imported")]

    operations = [
        migrations.AddField(
            model_name="exportstep",
            name="repeats",
            field=models.PositiveSmallIntegerField(
                default=0, help_text="Times it was sent again after an unclear write."
            ),
        ),
        migrations.RunPython(count_what_was_repeated, migrations.RunPython.noop),
        migrations.RemoveField(model_name="exportstep", name="repeated"),
    ]
