"""The facts, written into the product’s database."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from django.db import connection

from accounts.models import Holiday, Role, Team, User
from incidents.models import ActionItem, Incident
from messaging import sealing
from messaging.models import Channel
from tests.faults.quarter import world

BEFORE = datetime.combine(world.FIRST_DAY - timedelta(days=3), time(12), UTC)


def fill(made: world.World, *, chat_port: int) -> None:
    """Everything of the world, under the keys that its numbers are."""
    User.objects.bulk_create(_user(person) for person in made.people.values())
    Holiday.objects.create(on=world.HOLIDAY, name="Easter Monday")
    Team.objects.bulk_create(
        Team(pk=team.number, name=f"Team {team.number}", slug=f"t{team.number}", lead_id=team.lead)
        for team in made.teams.values()
    )
    member = Team.members.through
    member.objects.bulk_create(
        member(team_id=team.number, user_id=number)
        for team in made.teams.values()
        for number in sorted(team.members)
    )
    Incident.objects.bulk_create(_incident(incident) for incident in made.incidents.values())
    reader = Incident.readers.through
    reader.objects.bulk_create(
        reader(incident_id=incident.number, user_id=number)
        for incident in made.incidents.values()
        for number in sorted(incident.readers)
    )
    ActionItem.objects.bulk_create((_item(item) for item in made.items.values()), batch_size=1000)
    Channel.objects.bulk_create(
        _channel(person, chat_port) for person in made.people.values() if person.by == "chat"
    )
    _count_on_from_here()


def _user(person: world.Person) -> User:
    is_administrator = person.is_administrator
    return User(
        pk=person.number,
        username=f"person{person.number}",
        email=person.email,
        role=Role.ADMINISTRATOR if is_administrator else Role.AUTHOR,
        is_staff=is_administrator,
        is_superuser=is_administrator,
        time_zone=person.zone,
        digest=person.digest,
        digest_hour=person.hour,
        digest_by=person.by,
        quiet_weekdays=list(person.quiet),
        is_active=person.is_active,
    )


def _incident(incident: world.Incident) -> Incident:
    return Incident(
        pk=incident.number,
        number=incident.number,
        title=f"Outage {world.marked(incident.number)}",
        status="published",
        published_at=BEFORE,
        visibility="restricted" if incident.is_restricted else "internal",
        owner_id=incident.owner,
        created_by_id=incident.created_by,
        created_at=BEFORE,
        updated_at=BEFORE,
    )


def _item(item: world.Item) -> ActionItem:
    return ActionItem(
        pk=item.number,
        incident_id=item.incident,
        position=item.number,
        title=f"Promise {item.number} of {world.marked(item.incident)}",
        owner_id=item.owner,
        owner_team_id=item.team,
        due_on=item.due_on,
        created_at=BEFORE,
        updated_at=BEFORE,
    )


def _channel(person: world.Person, port: int) -> Channel:
    return Channel(
        user_id=person.number,
        kind="webhook",
        name="Mine",
        sealed_address=sealing.seal(f"json://127.0.0.1:{port}/{person.number}"),
        hint="127.0.0.1",
        created_at=BEFORE,
    )


def _count_on_from_here() -> None:
    """New rows come after those that were given a key."""
    with connection.cursor() as cursor:
        for model in (User, Team, Incident, ActionItem):
            table = model._meta.db_table
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"  # noqa: S608
            )
