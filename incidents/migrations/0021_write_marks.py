from django.db import migrations, models

# Once for each transaction and topic is enough: the setting is forgotten when the transaction
# ends, and taken back with a savepoint. SKIP LOCKED passes over marks that other transactions
# hold, so that no writer waits for another.
FUNCTION = """
CREATE OR REPLACE FUNCTION incidents_mark_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('nevertwice.marked_' || TG_ARGV[0], true) = 'yes' THEN
    RETURN NULL;
  END IF;
  UPDATE incidents_writemark SET mark = gen_random_uuid() WHERE id = (
    SELECT id FROM incidents_writemark WHERE topic = TG_ARGV[0]
    ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
  );
  IF NOT FOUND THEN
    INSERT INTO incidents_writemark (topic, mark) VALUES (TG_ARGV[0], gen_random_uuid());
  END IF;
  PERFORM set_config('nevertwice.marked_' || TG_ARGV[0], 'yes', true);
  RETURN NULL;
END $$
"""

INCIDENTS = [
    "incidents_incident",
    "incidents_incident_readers",
    "incidents_incident_reader_teams",
    "incidents_incident_services",
    "incidents_incidentrole",
    "incidents_actionitem",
    "incidents_fixcheck",
    "incidents_patternlink",
    "incidents_playbookuse",
    "incidents_service",
    "playbooks_failurepattern",
    "playbooks_playbook",
    "playbooks_playbook_patterns",
    "accounts_team",
    "accounts_team_members",
    "accounts_user",
]
FOLLOW_UP = ["incidents_actionitemchange", "incidents_ledgerentry"]

# A sign-in writes to the person's row as well, and changes no count.
UPDATES = {"accounts_user": "UPDATE OF is_active, role"}


def trigger(table, topic):
    update = UPDATES.get(table, "UPDATE")
    return migrations.RunSQL(
        f"CREATE TRIGGER mark_write AFTER INSERT OR DELETE OR {update} ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION incidents_mark_write('{topic}')",
        f"DROP TRIGGER mark_write ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_shorter_choices"),
        ("incidents", "0020_split_by_a_link"),
        ("playbooks", "0002_reviews_and_revisions"),
    ]

    operations = [
        migrations.CreateModel(
            name="WriteMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "topic",
                    models.CharField(
                        choices=[("incidents", "Incidents"), ("follow_up", "Follow-up")],
                        max_length=16,
                    ),
                ),
                ("mark", models.UUIDField()),
            ],
        ),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION incidents_mark_write()"),
        *(trigger(table, "incidents") for table in INCIDENTS),
        *(trigger(table, "follow_up") for table in FOLLOW_UP),
    ]
