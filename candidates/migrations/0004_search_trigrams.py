"""Let PostgreSQL find a part of a name by its trigrams instead of reading everybody.

Without the extension the search works all the same, only slower: where it is neither
there nor may be made (docs/operations.md), nothing is done.
"""

from django.db import migrations

_MAY_BE_MADE = """
    SELECT bool_or(v.trusted) AND has_database_privilege(current_database(), 'CREATE')
        OR bool_or(r.rolsuper)
    FROM pg_available_extension_versions v, pg_roles r
    WHERE v.name = 'pg_trgm' AND r.rolname = current_user
"""


def add_index(apps, schema_editor):
    if schema_editor.connection.vendor != 'postgresql':
        return
    with schema_editor.connection.cursor() as cursor:
        if not _has_extension(cursor):
            return
        cursor.execute(
            'CREATE INDEX IF NOT EXISTS candidate_search_trigrams '
            'ON candidates_candidate USING gin (search gin_trgm_ops)'
        )


def _has_extension(cursor):
    cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
    if cursor.fetchone():
        return True
    cursor.execute(_MAY_BE_MADE)
    if not cursor.fetchone()[0]:
        return False
    cursor.execute('CREATE EXTENSION IF NOT EXISTS pg_trgm')
    return True


def remove_index(apps, schema_editor):
    if schema_editor.connection.vendor == 'postgresql':
        schema_editor.execute('DROP INDEX IF EXISTS candidate_search_trigrams')


class Migration(migrations.Migration):

    dependencies = [
        ('candidates', '0003_csv_import'),
    ]

    operations = [
        migrations.RunPython(add_index, remove_index),
    ]
