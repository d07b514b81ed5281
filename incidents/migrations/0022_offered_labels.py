from django.db import migrations, models

# A label that came with an incident was offered as soon as no incident carried it any more; whose
# labels there are without an incident cannot be told, so they go on being offered.
CARRIED = """
UPDATE incidents_{label} SET is_offered = false
WHERE id IN (SELECT {label}_id FROM incidents_incident_{label}s)
"""


def offered(label):
    return [
        migrations.AddField(
            model_name=label,
            name="is_offered",
            field=models.BooleanField(
                default=True,
                help_text="Also to people who may see no incident that carries it.",
                verbose_name="offered to everybody",
            ),
        ),
        migrations.RunSQL(CARRIED.format(label=label), migrations.RunSQL.noop),
    ]


class Migration(migrations.Migration):
    dependencies = [("incidents", "0021_write_marks")]

    operations = [*offered("service"), *offered("tag")]
