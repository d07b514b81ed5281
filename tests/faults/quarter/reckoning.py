"""What arrived, held against what had to be said."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from action_items.reminders.digest import MOST_LINES
from tests.faults.quarter.listening import Heard
from tests.faults.quarter.oracle import Digest, Oracle
from tests.faults.quarter.world import World


@dataclass
class Reckoning:
    """Counts are of steps (one item, to one person, for one reason), those of the first four;
    `again` are messages that came twice as the same one, `leaks` words to who may not read them."""

    expected: int = 0
    sent: int = 0
    missing: int = 0
    late: int = 0
    doubled: int = 0
    unexpected: int = 0
    again: int = 0
    leaks: list[str] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)

    def look_for_leaks(self, heard: Iterable[Heard], world: World) -> None:
        """Whether each of these may know of all that it names; asked while that is still so."""
        for each in heard:
            person = world.people[each.person]
            for number, words in each.incidents.items():
                if not world.may_see(person, world.incidents[number]):
                    self.leaks.append(
                        f"incident {number} to {person.email} at {each.at}: {words} ({each.name})"
                    )

    def compare(self, heard: list[Heard], oracle: Oracle) -> None:
        digests: dict[Digest, list[Heard]] = defaultdict(list)
        for each in heard:
            zone = ZoneInfo(oracle.world.people[each.person].zone)
            if each.is_digest:
                digests[each.person, each.at.astimezone(zone).date()].append(each)
        for digest in sorted({*digests, *_heard_of(oracle)}):
            self._compare_one(digest, digests[digest], oracle)
        self._count_copies(digests, [each for each in heard if not each.is_digest])

    def _compare_one(self, digest: Digest, came: list[Heard], oracle: Oracle) -> None:
        steps = oracle.expected.get(digest, {})
        total = sum(map(len, steps.values()))
        self.expected += total
        if not came:
            self.missing += total
            self.examples.append(f"missing: {digest} {steps}")
            return
        first = came[0]
        lost = steps.keys() - first.new
        if first.is_cut and len(first.new) >= MOST_LINES:
            lost = set()  # a long digest names the first forty, and says how many more there are
        missing = sum(len(steps[item]) for item in lost)
        self.missing += missing
        self.sent += total - missing
        if steps and first.at > oracle.since[digest]:
            self.late += total - missing
        self.unexpected += len(first.new - steps.keys())
        if lost or first.new - steps.keys():
            self.examples.append(f"{digest}: expected {steps}, named {sorted(first.new)}")

    def _count_copies(self, digests: dict[Digest, list[Heard]], summaries: list[Heard]) -> None:
        weeks: dict[tuple[int, int], list[Heard]] = defaultdict(list)
        for each in summaries:
            weeks[each.person, each.at.isocalendar().week].append(each)
        for came in (*digests.values(), *weeks.values()):
            names = Counter(each.name for each in came)
            self.again += sum(count - 1 for count in names.values())
            if len(names) > 1:
                self.doubled += len(names) - 1
                self.examples.append(f"doubled: {came}")


def _heard_of(oracle: Oracle) -> Iterable[Digest]:
    """Digests that can be heard: those that lie in an inbox only make no sound."""
    people = oracle.world.people
    return (digest for digest in oracle.expected if people[digest[0]].by != "inbox")
