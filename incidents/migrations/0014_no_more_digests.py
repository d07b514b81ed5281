import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The outbox holds the digests now."""

    dependencies = [("incidents", "0013_digests_become_messages")]

    operations = [
        migrations.AlterField(
            model_name="ledgerentry",
            name="message",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="entries",
                to="messaging.message",
            ),
        ),
        migrations.RemoveField(model_name="ledgerentry", name="digest"),
        migrations.DeleteModel(name="Digest"),
    ]
