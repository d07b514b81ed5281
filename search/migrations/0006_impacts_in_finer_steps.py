from django.db import migrations

# Words are kept under other stems, and impacts as other positions: what was indexed before would
# be found by some of its words only, and ranked wrongly beside what is indexed from now on.
EMPTY = "TRUNCATE search_document, search_passages"


class Migration(migrations.Migration):

    dependencies = [
        ('search', '0005_what_incidents_are_known_by'),
    ]

    operations = [
        # Made anew by `manage.py reindex`, which `manage.py prepare` runs where nothing is indexed.
        migrations.RunSQL(EMPTY, migrations.RunSQL.noop),
    ]
