import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Room for the message of each ledger entry, beside its digest."""

    dependencies = [
        ("incidents", "0011_reminder_policy"),
        ("messaging", "0001_initial"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="ledgerentry",
            options={
                "ordering": ["message", "due_on", "pk"],
                "verbose_name_plural": "ledger entries",
            },
        ),
        # It may be empty until it goes, so that the way back can fill it again.
        migrations.AlterField(
            model_name="ledgerentry",
            name="digest",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="entries",
                to="incidents.digest",
            ),
        ),
        migrations.AddField(
            model_name="ledgerentry",
            name="message",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="entries",
                to="messaging.message",
            ),
        ),
    ]
