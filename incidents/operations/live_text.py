"""Sections that several people write at once: the server's side of the protocol.

A browser tab sends one request at a time for a section, numbered by `seq`, with its whole text and
the version on which that was written. It sends exactly the same again until it is answered. The
server merges, stores the text and the number in one transaction, and only then answers.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from accounts.models import User
from core.errors import DomainError
from core.markdown import MAX_LENGTH
from core.merging import Clash, Merge, merge
from core.merging.tokens import with_plain_line_ends
from core.text import one_line
from incidents import permissions
from incidents.models import Incident
from incidents.operations import clashes, turns
from incidents.operations.sections import SectionGone

_TRIES = 20  # merges, each with a text that somebody saved during the one before
_LONGEST_TITLE = 200
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")

_READ = """
SELECT s.version, s.title, s.body, s.updated_by_id, t.seq, t.digest, v.body,
       EXISTS (SELECT 1 FROM incidents_sectionclash c WHERE c.section_id = s.id)
FROM incidents_section s
LEFT JOIN incidents_answeredtab t ON t.section_id = s.id AND t.tab = %(tab)s
LEFT JOIN incidents_sectionversion v
       ON v.section_id = s.id AND v.version = %(base)s AND v.version <> s.version
WHERE s.id = %(pk)s AND s.incident_id = %(incident)s
"""
_ANSWER = """
INSERT INTO incidents_answeredtab (section_id, tab, seq, digest, answered_at)
SELECT id, %(tab)s, %(seq)s, %(digest)s, %(at)s FROM incidents_section WHERE id = %(pk)s
ON CONFLICT (section_id, tab)
DO UPDATE SET seq = excluded.seq, digest = excluded.digest, answered_at = excluded.answered_at
WHERE incidents_answeredtab.seq < excluded.seq
RETURNING section_id
"""
# One round trip: the request's number, the text if it is still at the version that was merged, the
# version, and the stretch. The last column counts the writers whose words search does not know.
_SAVE = """
WITH answered AS (ANSWER),
saved AS (
  UPDATE incidents_section SET title = %(title)s, body = %(body)s, version = version + 1,
    updated_at = %(at)s, updated_by_id = %(by)s
  WHERE id IN (SELECT section_id FROM answered) AND version = %(version)s
  RETURNING id, version
),
kept AS (
  INSERT INTO incidents_sectionversion
    (section_id, version, title, body, saved_at, saved_by_id, is_passing)
  SELECT id, version, %(title)s, %(body)s, %(at)s, %(by)s, true FROM saved
),
noted AS (
  INSERT INTO incidents_writingstretch (incident_id, person_id, began_at, last_at, is_searchable)
  SELECT %(incident)s, %(by)s, %(at)s, %(at)s, false FROM saved
  ON CONFLICT (incident_id, person_id)
  DO UPDATE SET last_at = excluded.last_at, is_searchable = false
)
SELECT (SELECT count(*) FROM saved),
  (SELECT count(*) FROM incidents_writingstretch
   WHERE incident_id = %(incident)s AND NOT is_searchable)
""".replace("ANSWER", _ANSWER)


class Refused(DomainError):
    """A request with the number of another one, whose text differs."""


class TooLong(DomainError):
    """A text that is longer than a section may be."""


class Busy(DomainError):
    """So many people save this section that no merge was ready in time. Nothing was saved."""


class BaseUnknown(DomainError):
    """The version on which the text was written is not kept: the base text itself is needed."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A request of a tab: its text, and the version that it is based on.

    `base` is a version and `checksum`, if known, the CRC-32 of its text in UTF-8. `base_text` is
    that text, for a version that is no longer kept. `title` None leaves the heading as it is; else
    `base_title` is the heading that it is based on. `clashes` were found by the tab itself,
    with positions in `text`.
    """

    tab: UUID
    seq: int
    base: int
    text: str
    base_text: str | None = None
    checksum: int | None = None
    title: str | None = None
    base_title: str = ""
    clashes: tuple[Clash, ...] = ()

    @property
    def digest(self) -> str:
        """Return a digest of what is to be saved, by which a repetition is recognised."""
        said = "\0".join([self.title or "", self.text])
        return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Live:
    """A section as it is now; with `needs_indexing`, the search index has to be updated."""

    version: int
    title: str
    body: str
    has_clashes: bool
    needs_indexing: bool = False


@dataclass(frozen=True, kw_only=True)
class _Seen(Live):
    """The section as read, the tab's last answered request, and the text of its base if kept."""

    by: int | None
    seq: int | None
    digest: str | None
    base_text: str | None


def storable(text: str) -> str:
    """Return `text` as it is stored while people write: with `\\n` line ends, else as typed."""
    return _UNSTORABLE.sub("", with_plain_line_ends(text))


def checksum(text: str) -> int:
    """Return the CRC-32 of `text`, by which a tab and the server compare a base of a merge."""
    return zlib.crc32(text.encode())


def write(pk: int, sent: Sent, *, incident: Incident, by: User, at: datetime) -> Live:
    """Merge what a tab sent into section `pk` of `incident` and return the section as it is then.

    A request that was answered before writes nothing. Raises SectionGone, BaseUnknown, Refused,
    TooLong and Busy; nothing was written then.
    """
    permissions.require(permissions.can_write(by), "Only authors may write.")
    sent = _cleaned(sent)
    for _ in range(_TRIES):
        seen = _read(pk, sent, incident)
        if _is_answered(seen, sent):
            return seen
        merged = _merged(seen, sent)
        if len(merged.text) > MAX_LENGTH:
            raise TooLong("Together with what others wrote, this text is too long for a section.")
        title = _title(seen, sent)
        if stored := _store(pk, sent, seen, merged, title, incident=incident, by=by, at=at):
            return stored
    raise Busy("Many people are saving this section. Try again.")


def state(pk: int, *, incident: Incident) -> Live:
    """Return section `pk` of `incident` as it is now. Raises SectionGone."""
    return _read(pk, Sent(tab=UUID(int=0), seq=0, base=0, text=""), incident)


def _cleaned(sent: Sent) -> Sent:
    text = storable(sent.text)
    if len(text) > MAX_LENGTH:
        raise TooLong("This text is too long for a section.")
    base_text = None if sent.base_text is None else storable(sent.base_text)
    title = None if sent.title is None else one_line(storable(sent.title))
    found = tuple(
        replace(
            clash,
            base=storable(clash.base),
            mine=storable(clash.mine),
            theirs=storable(clash.theirs),
        )
        for clash in sent.clashes
    )
    return replace(sent, text=text, base_text=base_text, title=title, clashes=found)


def _read(pk: int, sent: Sent, incident: Incident) -> _Seen:
    with connection.cursor() as cursor:
        cursor.execute(
            _READ, {"pk": pk, "incident": incident.pk, "tab": sent.tab, "base": sent.base}
        )
        row = cursor.fetchone()
    if row is None:
        raise SectionGone
    version, title, body, by, seq, digest, base_text, has_clashes = row
    return _Seen(
        version=version,
        title=title,
        body=body,
        has_clashes=has_clashes,
        by=by,
        seq=seq,
        digest=digest,
        base_text=body if version == sent.base else base_text,
    )


def _is_answered(seen: _Seen, sent: Sent) -> bool:
    """Return True if this very request was answered before. Raises Refused for a number in use."""
    if seen.seq is None or sent.seq > seen.seq:
        return False
    if sent.seq == seen.seq and sent.digest == seen.digest:
        return True
    # Of earlier requests only the number is kept: a tab that still waits for one is none of ours.
    raise Refused("This number was used for another text, so this one was not saved.")


def _merged(seen: _Seen, sent: Sent) -> Merge:
    """Return the text of the tab and of the section in one. Raises BaseUnknown."""
    base = seen.base_text
    if base is not None and sent.checksum is not None and checksum(base) != sent.checksum:
        base = None  # a version of another life of the database, before a backup was restored
    if base is None:
        base = sent.base_text
    if base is None:
        raise BaseUnknown("The version on which this was written is not kept any more.")
    return merge(base, sent.text, seen.body)


def _title(seen: _Seen, sent: Sent) -> str:
    """Return the heading, merged by words; an empty one changes nothing. Raises TooLong."""
    if not sent.title or sent.title == sent.base_title:
        return seen.title
    both = one_line(merge(sent.base_title, sent.title, seen.title).text)
    if len(both) > _LONGEST_TITLE:
        raise TooLong(f"A heading has at most {_LONGEST_TITLE} characters.")
    return both or seen.title


def _store(
    pk: int,
    sent: Sent,
    seen: _Seen,
    merged: Merge,
    title: str,
    *,
    incident: Incident,
    by: User,
    at: datetime,
) -> Live | None:
    """Store the merged text and the number of the request, both or neither; return the section.

    Returns None, having written nothing, if somebody else saved the section meanwhile, or if this
    request was answered at the same moment.
    """
    # A clash that the tab found is news for the others, even where the text says it already.
    changes = merged.text != seen.body or title != seen.title or bool(sent.clashes)
    with transaction.atomic():
        turns.take(incident, by=by, at=at, writes=changes)
        answer = {"pk": pk, "tab": sent.tab, "seq": sent.seq, "digest": sent.digest, "at": at}
        if not changes:
            return seen if _asked(_ANSWER, answer) else None
        text = {"title": title, "body": merged.text, "version": seen.version}
        row = _asked(_SAVE, answer | text | {"by": by.pk, "incident": incident.pk})
        if row is None or not row[0]:
            transaction.set_rollback(True)
            return None
        found = clashes.Found(merged.clashes, sent.clashes, sent.text, by, seen.by)
        clashes.follow(pk, seen.body, merged.text, found, any_open=seen.has_clashes, at=at)
    return Live(
        version=seen.version + 1,
        title=title,
        body=merged.text,
        has_clashes=seen.has_clashes or bool(merged.clashes or sent.clashes),
        needs_indexing=row[1] == 0,
    )


def _asked(query: str, values: dict[str, Any]) -> tuple[int, ...] | None:
    """Return the first row of the answer, if there is one."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchone()
