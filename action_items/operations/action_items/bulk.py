"""One change applied to many action items, with the result for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.db import transaction

from core.errors import DomainError
from incidents.models import ActionItem


@dataclass(frozen=True)
class Refused:
    """An item that was not changed, and the reason as a sentence."""

    item: ActionItem
    why: str


@dataclass
class BulkChange:
    """The result of a bulk change; each list in the order in which the items were given."""

    changed: list[ActionItem] = field(default_factory=list)
    unchanged: list[ActionItem] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def each(items: Iterable[ActionItem], change: Callable[[ActionItem], ActionItem]) -> BulkChange:
    """Apply an operation to each of `items` on its own; a refusal does not stop the others.

    `change` is an operation with everything but the item filled in, such as
    `partial(redate, due_on=…, reason=…, by=…, at=…)`.
    """
    done = BulkChange()
    for item in items:
        before = item.version, item.snooze_count, item.snoozed_until
        try:
            with transaction.atomic():
                now = change(item)
        except (DomainError, PermissionDenied) as error:
            done.refused.append(Refused(item, str(error)))
        else:
            after = now.version, now.snooze_count, now.snoozed_until
            (done.unchanged if before == after else done.changed).append(now)
    return done
