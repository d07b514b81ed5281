"""What experience says of the patterns and playbooks among the results: how often they were met
and whether they helped, in what the reader may see."""

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

MOST_COUNTED = 20  # of one pattern or playbook, the latest
_READ = 30  # so that there are as many where some may not be seen
_DEEPER = 10  # times as many, where that was too little
# Of each only the latest, whatever there is; who may see them is asked once for all.
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
    """By kind and key what came of the latest 20 times at most; of a pattern only that it was met,
    as empty texts."""

    of: dict[str, dict[int, Counter[str]]] = field(default_factory=lambda: defaultdict(dict))

    def times_met(self, pk: int) -> int:
        """Return in how many incidents a pattern was met, counted up to 20."""
        return self.of["pattern"].get(pk, Counter()).total()

    def of_pattern(self, pk: int) -> str:
        """“met 3 times”; empty where it was not met."""
        times = self.times_met(pk)
        if times < 2:
            return "met once" if times else ""
        return f"met {times}{'+' if times >= MOST_COUNTED else ''} times"

    def of_playbook(self, pk: int) -> str:
        """“helped in 5 of 7 uses”; “not used yet” where there was none."""
        outcomes = self.of["playbook"].get(pk, Counter())
        if not outcomes:
            return "not used yet"
        last = "the last " if outcomes.total() >= MOST_COUNTED else ""
        uses = ui.counted(outcomes.total(), "use")
        return f"helped in {outcomes[Outcome.HELPED]} of {last}{uses}"


def track_record(
    patterns: Sequence[int], playbooks: Sequence[int], user: User | AnonymousUser
) -> TrackRecord:
    """What `user` may know of. Two queries, none where neither is asked about; more only where
    most of the latest may not be seen."""
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
            found.of[kind][pk] = Counter(outcomes[:MOST_COUNTED])
        is_cut = Counter((kind, pk) for kind, pk, _, _ in rows)
        asked = {
            kind: [
                pk for pk in pks if is_cut[kind, pk] == read and len(told[kind, pk]) < MOST_COUNTED
            ]
            for kind, pks in asked.items()
        }
        read *= _DEEPER
    return found


def _latest(asked: dict[str, list[int]], most: int) -> list[tuple[str, int, int | None, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, {**asked, "most": most})
        return cursor.fetchall()
