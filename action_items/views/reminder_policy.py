"""The reminder policy for administrators, and a preview of changes to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.requests import SignedInRequest
from action_items.forms.reminder_policy import WEEKDAYS, ReminderPolicyForm, typed
from action_items.models import Assigned, ReminderPolicy
from action_items.operations import reminder_policies
from action_items.reminders import policy_store, preview, preview_teams
from action_items.reminders.policy import Policy
from action_items.reminders.policy_store import terms_of
from core import times
from core.errors import StaleWrite
from incidents.models import ActionItem, Incident
from incidents.permissions import require

PEOPLE = 20
VERSIONS = 20
MOST_SUBJECTS = 12


@dataclass(frozen=True)
class Change:
    """A changed setting, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Version:
    """A saved policy, with its changes."""

    saved: ReminderPolicy
    changes: list[Change]


@require_http_methods(["GET", "POST"])
def reminder_policy(request: SignedInRequest) -> HttpResponse:
    """Show the policy in force as a form that leads to a preview, with earlier versions."""
    _require_administrator(request)
    if request.method == "POST":
        return _save(request)
    current = ReminderPolicy.objects.current()
    in_force = typed(policy_store.current(), current.number if current else 0)
    form = ReminderPolicyForm(request.GET) if request.GET else ReminderPolicyForm(initial=in_force)
    context = {"form": form, "current": current, "versions": _versions(), "nav": "reminders"}
    return render(request, "action_items/reminders/reminder_policy.html", context)


def _save(request: SignedInRequest) -> HttpResponse:
    form = ReminderPolicyForm(request.POST)
    back = request.POST.copy()
    back.pop("csrfmiddlewaretoken", None)
    if not form.is_valid():
        return redirect(f"{reverse('reminder_policy')}?{back.urlencode()}")
    number = form.cleaned_data["number"]
    try:
        made = reminder_policies.save_policy(
            form.terms(), number=number, by=request.user, at=timezone.now()
        )
    except StaleWrite as error:
        current = ReminderPolicy.objects.current()
        back["number"] = str(current.number if current else 0)
        messages.error(request, str(error))
        return redirect(f"{reverse('reminder_policy_preview')}?{back.urlencode()}")
    messages.success(
        request, "Saved. The new policy applies from now on." if made else "Unchanged."
    )
    return redirect("reminder_policy")


@require_safe
def reminder_policy_preview(request: SignedInRequest) -> HttpResponse:
    """Preview the next 14 days under an unsaved policy beside the saved one."""
    _require_administrator(request)
    form = ReminderPolicyForm(request.GET)
    if not form.is_valid():
        return redirect(f"{reverse('reminder_policy')}?{request.GET.urlencode()}")
    in_force, changed = policy_store.current(), form.terms()
    wanted = request.GET.get("person", "").strip()[:100]
    people = preview.reachable()
    if wanted:
        people = people.filter(Q(full_name__icontains=wanted) | Q(username__icontains=wanted))
    page = Paginator(people, PEOPLE).get_page(request.GET.get("page"))
    now = timezone.now()
    rows = preview.preview(page.object_list, saved=in_force, changed=changed, now=now)
    teams, more_teams = preview_teams.preview_teams(saved=in_force, changed=changed, now=now)
    context = {
        "form": form,
        "changes": changes(in_force, changed),
        "page": page,
        "rows": list(map(_Texts(request.user, rows).row, rows)),
        "saved_count": sum(row.saved is not None for row in rows),
        "changed_count": sum(row.changed is not None for row in rows),
        "teams": teams,
        "more_teams": more_teams,
        "wanted": wanted,
        "asked": _without(request, "page", "person"),
        "nav": "reminders",
    }
    return render(request, "action_items/reminders/reminder_policy_preview.html", context)


def changes(before: Policy, after: Policy) -> list[Change]:
    """Return the settings that differ between `before` and `after`."""
    fields = ReminderPolicyForm.base_fields
    return [
        Change(
            f"{title}: {fields[name].label}",
            _shown(name, before),
            _shown(name, after),
        )
        for title, names in ReminderPolicyForm.GROUPS
        for name in names
        if getattr(before, name) != getattr(after, name)
    ]


def _shown(name: str, policy: Policy) -> str:
    value = getattr(policy, name)
    names = dict(WEEKDAYS)
    if name == "weekdays":
        return ", ".join(names[day] for day in value)
    if name == "weekly_on":
        return names[value]
    if name == "assigned":
        return str(Assigned(value).label)
    if name == "hour":
        return times.whole_hour(value)
    if name == "overdue":
        return ", ".join(map(str, value)) or "none"
    return "never" if value is None else str(value)


def _versions() -> list[Version]:
    """Return the latest versions, each with its changes."""
    kept = list(ReminderPolicy.objects.select_related("saved_by")[: VERSIONS + 1])
    terms = [*map(terms_of, kept), *([Policy()] if len(kept) <= VERSIONS else [])]
    return [
        Version(version, changes(before, after))
        for version, (after, before) in zip(kept, pairwise(terms), strict=False)
    ]


@dataclass(frozen=True)
class Line:
    """The subject of a line in a digest: its title, and why it is mentioned."""

    words: str
    title: str
    url: str


@dataclass(frozen=True)
class Cell:
    """One digest: a summary, its first lines, and the number of further ones."""

    summary: str
    lines: list[Line]
    more: int


@dataclass(frozen=True)
class WordedRow:
    """A row of the preview in words. None where nothing would be sent."""

    day: date
    hours: str
    person: User
    saved: Cell | None
    changed: Cell | None
    is_same: bool


class _Texts:
    """Titles and URLs for the rows of a page, fetched at once."""

    def __init__(self, user: User, rows: Iterable[preview.Row]) -> None:
        digests = [digest for row in rows for digest in (row.saved, row.changed) if digest]
        subjects = [s for digest in digests for s in digest.subjects[:MOST_SUBJECTS]]
        items = ActionItem.objects.visible_to(user).filter(pk__in={s.item for s in subjects})
        incidents = Incident.objects.visible_to(user)
        self._items = {item.pk: item for item in items.only("title").order_by()}
        self._incidents = incidents.in_bulk({s.incident for s in subjects if s.incident})

    def row(self, row: preview.Row) -> WordedRow:
        saved, changed = self._cell(row.saved), self._cell(row.changed)
        hours = " → ".join(dict.fromkeys(map(times.whole_hour, row.hours)))
        return WordedRow(row.day, hours, row.person, saved, changed, row.is_same)

    def _cell(self, digest: preview.Digest | None) -> Cell | None:
        if digest is None:
            return None
        shown = digest.subjects[:MOST_SUBJECTS]
        lines = [line for subject in shown if (line := self._line(subject))]
        return Cell(digest.summary, lines, len(digest.subjects) - len(shown))

    def _line(self, subject: preview.Subject) -> Line | None:
        about: ActionItem | Incident | None = (
            self._items.get(subject.item)
            if subject.item
            else self._incidents.get(subject.incident or 0)
        )
        return Line(subject.words, about.title, about.get_absolute_url()) if about else None


def _without(request: SignedInRequest, *names: str) -> str:
    """Return the query string without those names."""
    asked = request.GET.copy()
    for name in names:
        asked.pop(name, None)
    return asked.urlencode()


def _require_administrator(request: SignedInRequest) -> None:
    require(request.user.is_administrator, "Only administrators may change reminders and holidays.")
