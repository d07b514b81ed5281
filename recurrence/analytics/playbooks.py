"""Success rates of playbooks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Count

from accounts.models import User
from incidents.models import Outcome, PlaybookUse


@dataclass(frozen=True)
class Success:
    """Numbers of uses of a playbook that helped, helped partly, and did not help."""

    helped: int = 0
    partly: int = 0
    failed: int = 0

    @property
    def total(self) -> int:
        return self.helped + self.partly + self.failed

    @property
    def words(self) -> str:
        """“Helped in 5 of 7 uses”; empty if there was none."""
        if not self.total:
            return ""
        return f"Helped in {self.helped} of {self.total} use{'s' if self.total > 1 else ''}"


def success_of(playbook_ids: Collection[int], user: User) -> Mapping[int, Success]:
    """Return the outcomes of the uses that `user` may see, by playbook.

    Playbooks without uses are left out. One query.
    """
    rows = (
        PlaybookUse.objects.visible_to(user)
        .filter(playbook__in=playbook_ids)
        .order_by()
        .values_list("playbook", "outcome")
        .annotate(Count("pk"))
    )
    counted: dict[int, dict[str, int]] = defaultdict(dict)
    for playbook, outcome, number in rows:
        counted[playbook][outcome] = number
    return {
        playbook: Success(*(numbers.get(outcome, 0) for outcome in Outcome))
        for playbook, numbers in counted.items()
    }
