"""The track record of patterns and playbooks among the results: how often they were met and whether
they helped, in incidents visible to the user."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.contrib.auth.models import AnonymousUser
from django.db import connection

from accounts.models import User
from core.templatetags import ui
from incidents.models import Outcome
from search import candidates

MAX_COUNTED = 20  # latest incidents or uses of one pattern or playbook
_READ = 30  # more than are counted, because some may be hidden
_DEEPER = 10  # times as many, if that was too few
# Only the latest of each; visibility is then checked once for all.
_LATEST = """
SELECT 'pattern', asked.id, link.incident_id, ''
FROM unnest(%(pattern)s::bigint[]) AS asked (id) CROSS JOIN LATERAL (
    SELECT incident_id FROM incidents_patternlink
    WHERE pattern_id = asked.id AND state = 'confirmed'
    ORDER BY incident_id DESC LIMIT %(most)s
) AS link
UNION ALL
SELECT 'playbook', asked.id, used.incident_id, used.outcome
FROM unnest(%(playbook)s::bigint[]) AS asked (id) CROSS JOIN LATERAL (
    SELECT incident_id, outcome FROM incidents_playbookuse
    WHERE playbook_id = asked.id ORDER BY id DESC LIMIT %(most)s
) AS used
"""


@dataclass(frozen=True)
class TrackRecord:
    """Outcomes of up to 20 latest uses, by kind and key; for a pattern empty texts, one for each
    incident."""

    of: dict[str, dict[int, Counter[str]]] = field(default_factory=lambda: defaultdict(dict))

    def times_met(self, pk: int) -> int:
        """Return the number of incidents with a pattern, counted up to 20."""
        return self.of["pattern"].get(pk, Counter()).total()

    def of_pattern(self, pk: int) -> str:
        """Return “met 3 times”; empty if it was never met."""
        times = self.times_met(pk)
        if times < 2:
            return "met once" if times else ""
        return f"met {times}{'+' if times >= MAX_COUNTED else ''} times"

    def of_playbook(self, pk: int) -> str:
        """Return “helped in 5 of 7 uses”, or “not used yet”."""
        outcomes = self.of["playbook"].get(pk, Counter())
        if not outcomes:
            return "not used yet"
        last = "the last " if outcomes.total() >= MAX_COUNTED else ""
        uses = ui.counted(outcomes.total(), "use")
        return f"helped in {outcomes[Outcome.HELPED]} of {last}{uses}"


def track_record(
    patterns: Sequence[int], playbooks: Sequence[int], user: User | AnonymousUser
) -> TrackRecord:
    """Return the track record of patterns and playbooks as far as `user` may see it, in two
    queries; none without patterns and playbooks, more only if most of the latest incidents are
    hidden from `user`."""
    found = TrackRecord()
    asked, read = {"pattern": list(patterns), "playbook": list(playbooks)}, _READ
    while any(asked.values()):
        rows = _latest(asked, read)
        seen = candidates.visible([row[2] for row in rows if row[2] is not None], user)
        told: dict[tuple[str, int], list[str]] = defaultdict(list)
        for kind, pk, incident, outcome in rows:
            if incident is None or incident in seen:
                told[kind, pk].append(outcome)
        for (kind, pk), outcomes in told.items():
            found.of[kind][pk] = Counter(outcomes[:MAX_COUNTED])
        is_cut = Counter((kind, pk) for kind, pk, _, _ in rows)
        asked = {
            kind: [
                pk for pk in pks if is_cut[kind, pk] == read and len(told[kind, pk]) < MAX_COUNTED
            ]
            for kind, pks in asked.items()
        }
        read *= _DEEPER
    return found


def _latest(asked: dict[str, list[int]], most: int) -> list[tuple[str, int, int | None, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, {**asked, "most": most})
        return cursor.fetchall()
