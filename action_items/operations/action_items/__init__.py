"""Operations on action items: adding, changing, completing and declining them."""

from action_items.operations.action_items.bulk import BulkChange, Refused, each
from action_items.operations.action_items.changing import Change, DueOn, GivenTo, bring, change
from action_items.operations.action_items.closing import (
    complete,
    decline,
    default_re_review_on,
    keep_declined,
    reopen,
    reopen_held,
)
from action_items.operations.action_items.dates import default_due_on, redate
from action_items.operations.action_items.dependencies import open_waits, stop_waiting, wait_for
from action_items.operations.action_items.foreseeing import Foreseen, foresee
from action_items.operations.action_items.owners import reassign
from action_items.operations.action_items.progress import block, move, start
from action_items.operations.action_items.refusals import (
    ActionItemGone,
    AlreadyClosed,
    DependencyRefused,
    DueRefused,
    EvidenceMissing,
    NotDeclined,
    OpenParts,
    OwnerMayNotSee,
    PartRefused,
    ReasonMissing,
    ReReviewRefused,
    RiskMissing,
    SnoozeRefused,
    StillWaits,
    VerifierRefused,
)
from action_items.operations.action_items.snoozing import (
    snooze,
    snooze_until_at_latest,
    snoozes_left,
    wake,
)
from action_items.operations.action_items.splitting import MOST_PARTS, split
from action_items.operations.action_items.terms import Terms, add, delete, edit

__all__ = [
    "MOST_PARTS",
    "ActionItemGone",
    "AlreadyClosed",
    "BulkChange",
    "Change",
    "DependencyRefused",
    "DueOn",
    "DueRefused",
    "EvidenceMissing",
    "Foreseen",
    "GivenTo",
    "NotDeclined",
    "OpenParts",
    "OwnerMayNotSee",
    "PartRefused",
    "ReReviewRefused",
    "ReasonMissing",
    "Refused",
    "RiskMissing",
    "SnoozeRefused",
    "StillWaits",
    "Terms",
    "VerifierRefused",
    "add",
    "block",
    "bring",
    "change",
    "complete",
    "decline",
    "default_due_on",
    "default_re_review_on",
    "delete",
    "each",
    "edit",
    "foresee",
    "keep_declined",
    "move",
    "open_waits",
    "reassign",
    "redate",
    "reopen",
    "reopen_held",
    "snooze",
    "snooze_until_at_latest",
    "snoozes_left",
    "split",
    "start",
    "stop_waiting",
    "wait_for",
    "wake",
]
