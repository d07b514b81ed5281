import hashlib

from django.db import migrations

_PREFIX = "Imported from "
_SEEDS = "Imported from seeds/"


def store_earlier_imports(apps, schema_editor):
    """Store the files of earlier imports, of which only the name is known."""
    Revision = apps.get_model("incidents", "Revision")
    ImportedFile = apps.get_model("incidents", "ImportedFile")
    latest = {}
    found = Revision.objects.filter(summary__startswith=_PREFIX).exclude(summary__startswith=_SEEDS)
    rows = found.order_by("number").values_list("incident", "number", "summary", "saved_at")
    for incident, number, summary, saved_at in rows.iterator():
        latest[incident] = (number, summary.removeprefix(_PREFIX), saved_at)
    ImportedFile.objects.bulk_create(
        [
            ImportedFile(
                incident_id=incident,
                key=f"earlier/{_digest(name)[:32]}/{incident}",
                path=name or "file",
                revision=number,
                imported_at=saved_at,
            )
            for incident, (number, name, saved_at) in latest.items()
        ],
        batch_size=1000,
    )


def _digest(text):
    return hashlib.blake2b(text.encode(), digest_size=32).hexdigest()


class Migration(migrations.Migration):

    dependencies = [
        ("incidents", "0023_imported_files"),
    ]

    operations = [
        migrations.RunPython(store_earlier_imports, migrations.RunPython.noop),
    ]
