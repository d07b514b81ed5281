"""Choosing a person or a team by typing, among ten or ten thousand.

The field is a line of text. Matching names are offered while typing; without JavaScript any text
that names exactly one person or team is accepted, and otherwise the error suggests the nearest
names.
"""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.db.models import Q
from django.urls import reverse

from accounts.models import Team, User
from core.text import one_line

OFFERED = 10
_TEAM = "team: "
_USERNAME_AT_THE_END = re.compile(r"\(([^()\s]+)\)\Z")


def written(owner: User | Team | None) -> str:
    """Return the unambiguous text for a person or team in the field."""
    if owner is None:
        return ""
    if isinstance(owner, Team):
        return f"{_TEAM}{owner}"
    return f"{owner.full_name} ({owner.username})" if owner.full_name else owner.username


def offers(typed: str, *, teams: bool) -> list[str]:
    """Return names that contain `typed`, as written in the field; at most `OFFERED` of each
    kind.
    """
    words = one_line(typed).removeprefix(_TEAM.strip()).strip()
    people = User.objects.filter(is_active=True)
    for word in words.split()[:5]:
        people = people.filter(Q(full_name__icontains=word) | Q(username__icontains=word))
    found: list[User | Team] = [*people.order_by("full_name", "username")[:OFFERED]]
    if teams:
        found = [*Team.objects.filter(name__icontains=words)[:OFFERED], *found]
    return [written(owner) for owner in found]


class OfferedInput(forms.TextInput):
    """A text input with matching names offered below it while typing."""

    template_name = "incidents/widgets/offered_input.html"

    def __init__(self, *, teams: bool) -> None:
        super().__init__(attrs={"autocomplete": "off", "spellcheck": "false"})
        self.teams = teams

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        shown = context["widget"]["attrs"]
        shown["list"] = f"{shown.get('id', name)}-offered"
        teams = "&teams" if self.teams else ""
        context["offers_url"] = f"{reverse('owner_offers')}?field={name}{teams}"
        return context


class PersonChoiceField(forms.CharField):
    """One person, by name or username. Cleans to a User or None."""

    teams = False
    names_near = True  # suggest similar names for an unknown one

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(max_length=300, widget=OfferedInput(teams=self.teams), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return written(value) if isinstance(value, User | Team) else value

    def clean(self, value: Any) -> Any:
        typed = one_line(super().clean(self.prepare_value(value)) or "")
        if not typed:
            return None
        found = self.named(typed)
        if found is None:
            near = offers(typed, teams=self.teams)[:5] if self.names_near else []
            hint = f" Did you mean {', '.join(near)}?" if near else ""
            raise forms.ValidationError(f"No user is named “{typed}”.{hint}")
        return found

    def named(self, typed: str) -> User | Team | None:
        """Return the person that `typed` names; None if there is none, or several."""
        kind, _, key = typed.partition(":")
        if kind == "user" and key.isdecimal():
            return User.objects.filter(pk=key).first()
        shown = _USERNAME_AT_THE_END.search(typed)
        by_username = User.objects.filter(username__iexact=shown[1] if shown else typed).first()
        if by_username is not None:
            return by_username
        namesakes = list(User.objects.filter(full_name__iexact=typed, is_active=True)[:2])
        return namesakes[0] if len(namesakes) == 1 else None


class OwnerField(PersonChoiceField):
    """One person or one team, by name. Cleans to a User, a Team or None."""

    teams = True

    def named(self, typed: str) -> User | Team | None:
        kind, _, key = typed.partition(":")
        if kind == "team" and key.isdecimal():
            return Team.objects.filter(pk=key).first()
        if kind == "team":
            return Team.objects.filter(name__iexact=key.strip()).first()
        return super().named(typed) or Team.objects.filter(name__iexact=typed).first()
