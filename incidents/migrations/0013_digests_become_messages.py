from django.db import migrations

# What was sent before there was an inbox counts as read.
TO_MESSAGES = """
    INSERT INTO messaging_message
        (key, topic, about, recipient_id, route, message_id, thread, day, written_at, not_before,
         sent_at, dropped_at, attempts, last_error, read_at)
    SELECT 'digest:' || day || ':user-' || recipient_id, 'digest', '{}', recipient_id, 'mail',
           message_id,
           '<digest.user-' || recipient_id || '@' || split_part(message_id, '@', 2),
           day, written_at, written_at, sent_at, dropped_at, attempts, last_error, sent_at
    FROM incidents_digest;

    UPDATE incidents_ledgerentry AS entry SET message_id = message.id
    FROM incidents_digest AS digest JOIN messaging_message AS message USING (message_id)
    WHERE digest.id = entry.digest_id;
"""
TO_DIGESTS = """
    INSERT INTO incidents_digest
        (recipient_id, day, message_id, written_at, sent_at, dropped_at, attempts, last_error)
    SELECT recipient_id, day, message_id, written_at, sent_at, dropped_at, attempts, last_error
    FROM messaging_message
    WHERE topic = 'digest' AND recipient_id IS NOT NULL AND instead_of_id IS NULL;

    UPDATE incidents_ledgerentry AS entry SET digest_id = digest.id
    FROM incidents_digest AS digest JOIN messaging_message AS message USING (message_id)
    WHERE message.id = entry.message_id;

    DELETE FROM incidents_ledgerentry WHERE digest_id IS NULL;
    UPDATE incidents_ledgerentry SET message_id = NULL;
    DELETE FROM messaging_message WHERE topic = 'digest';
"""


class Migration(migrations.Migration):
    """Every digest becomes a message, under the same Message-ID, sent or not as it was."""

    dependencies = [("incidents", "0012_ledger_names_messages")]

    operations = [migrations.RunSQL(TO_MESSAGES, TO_DIGESTS)]
