"""The content an installation has, so that a restore overwrites nothing that anybody wrote."""

from __future__ import annotations

from enum import Enum

from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from psycopg import sql

from accounts.models import User
from accounts.operations import FIRST_ADMINISTRATOR
from action_items.models import ReminderRun
from backups import schema
from incidents.models import (
    ActionItem,
    Edition,
    ImportedFile,
    Incident,
    PatternLink,
    PlaybookUse,
    Revision,
    RootCause,
    Section,
    SectionVersion,
    SeededFile,
    Service,
    Tag,
    TimelineEvent,
)
from incidents.operations.importing.seeding import is_untouched
from playbooks.models import FailurePattern, Playbook, PlaybookRevision, PlaybookStep
from search import synonyms
from search.models import Synonym

# Filled by migrations and by every start.
_OWN: tuple[type[models.Model], ...] = (
    *schema.DERIVED,
    *schema.TEMPORARY,
    ContentType,
    Permission,
    ReminderRun,
    Synonym,
)
# Filled by the seeds, whose top rows `is_untouched` compares with the seed files.
_SEEDED: tuple[type[models.Model], ...] = (
    *(Incident, Incident.services.through, Incident.tags.through, ActionItem, Edition),
    *(PatternLink, PlaybookUse, Revision, RootCause, Section, SectionVersion, SeededFile),
    *(ImportedFile, Service, Tag, TimelineEvent),
    *(FailurePattern, Playbook, Playbook.patterns.through, PlaybookRevision, PlaybookStep),
)


class Content(Enum):
    """NOTHING at all, the SEEDS of the first start, or what people WROTE."""

    NOTHING = "nothing"
    SEEDS = "seeds"
    WRITTEN = "written"


def content() -> Content:
    """Look through all tables, which must be those of this version or not exist at all."""
    with connection.cursor() as cursor:
        if not schema.applied(cursor):
            return Content.NOTHING
    filled = set(_filled())
    own, seeded = _tables(_OWN), _tables(_SEEDED)
    people = _tables((User, EmailAddress))
    others = filled - own - seeded - people
    strangers = User.objects.exclude(username=FIRST_ADMINISTRATOR)
    if others or strangers.exists() or not is_untouched() or not _has_first_synonyms():
        return Content.WRITTEN
    return Content.SEEDS if filled & (seeded | people) else Content.NOTHING


def _tables(of_models: tuple[type[models.Model], ...]) -> set[str]:
    return {model._meta.db_table for model in of_models}


def _filled() -> list[str]:
    """Names of our tables that have a row."""
    found = []
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            cursor.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(table)))
            if cursor.fetchone()[0]:
                found.append(table)
    return found


def _has_first_synonyms() -> bool:
    """The synonyms are those that the migrations brought."""
    found = Synonym.objects.order_by("pk").values_list("terms", "note")
    return list(found) in ([], [(terms, "") for terms in synonyms.first_groups()])
