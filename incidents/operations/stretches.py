"""Stretches of work: when what people write live becomes one revision.

A live save stores the text and a version of the section. The revision, which contains the whole
postmortem, follows when the stretch ends: after a pause, when the writer leaves or somebody else
takes a turn, before any other write, and at the latest after ten minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F

from accounts.models import User
from incidents.models import Incident, SectionVersion, WritingStretch

PAUSE = timedelta(minutes=2)
LONGEST = timedelta(minutes=10)
# People who write within so many seconds of each other write together, and share a revision.
TURN = timedelta(seconds=20)

_NOTE = """
INSERT INTO incidents_writingstretch (incident_id, person_id, began_at, last_at, is_searchable)
VALUES (%(incident)s, %(person)s, %(at)s, %(at)s, false)
ON CONFLICT (incident_id, person_id) DO UPDATE SET last_at = excluded.last_at, is_searchable = false
RETURNING (SELECT count(*) FROM incidents_writingstretch
           WHERE incident_id = %(incident)s AND NOT is_searchable)
"""


@dataclass(frozen=True)
class Ended:
    """A stretch that ended: its writers, the latest first, and the headings of what they wrote."""

    writers: list[User]
    last_at: datetime
    titles: list[str]

    @property
    def summary(self) -> str:
        """Return the summary of the revision."""
        if not self.titles:
            return "Edited the text"
        named = ", ".join(f"“{title}”" for title in self.titles[:3])
        more = len(self.titles) - 3
        return f"Edited {named}" + (f" and {more} more" if more > 0 else "")


def note(held: Incident, *, by: User, at: datetime) -> bool:
    """Note that `by` wrote at `at`. Return True if the search index has to be updated.

    That is the case for the first words since it was updated. `held` is the locked row.
    """
    if held.writing_since is None:
        held.writing_since = at
        held.save(update_fields=["writing_since"])
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, {"incident": held.pk, "person": by.pk, "at": at})
        return cursor.fetchone()[0] == 0


def is_over_for(held: Incident, *, by: User, at: datetime) -> bool:
    """Return True if words of `by` at `at` begin a new stretch, though one is open."""
    if held.writing_since is None:
        return False
    rows = WritingStretch.objects.filter(incident=held).values_list("person_id", "last_at")
    return is_over(held.writing_since, dict(rows), by=by, at=at)


def is_over(
    since: datetime | None, last_at: Mapping[int, datetime], *, by: User, at: datetime
) -> bool:
    """Return the same for a stretch that is open since `since`, with its last words by person."""
    if since is None:
        return False
    if not last_at or at - since >= LONGEST:
        return True
    if by.pk in last_at:
        return at - last_at[by.pk] >= PAUSE and at - max(last_at.values()) >= TURN
    return at - max(last_at.values()) >= TURN


def quiet(*, at: datetime) -> list[int]:
    """Return the keys of incidents where the stretch is over because nobody writes any more."""
    writing = Incident.objects.filter(writing_since__isnull=False)
    return list(writing.exclude(stretches__last_at__gt=at - PAUSE).values_list("pk", flat=True))


def unsearched(*, at: datetime) -> list[int]:
    """Return the keys of incidents with text since before `at` that is not indexed."""
    waiting = WritingStretch.objects.filter(is_searchable=False, last_at__lte=at)
    return list(waiting.values_list("incident_id", flat=True).distinct())


def end(held: Incident) -> Ended | None:
    """End the open stretch, if any; the caller records its revision in the same transaction.

    The versions that the sections have now stop being passing ones.
    """
    if held.writing_since is None:
        return None
    open_ones = WritingStretch.objects.filter(incident=held)
    rows = list(open_ones.select_related("person").order_by("-last_at", "-pk"))
    written = SectionVersion.objects.filter(
        section__incident=held, version=F("section__version"), is_passing=True
    )
    titles = list(written.order_by("section__position").values_list("pk", "title"))
    SectionVersion.objects.filter(pk__in=[pk for pk, _ in titles]).update(is_passing=False)
    last_at = rows[0].last_at if rows else held.writing_since
    open_ones.delete()
    held.writing_since = None
    held.save(update_fields=["writing_since"])
    return Ended([row.person for row in rows], last_at, [title for _, title in titles])
