"""Fields and base classes shared by the forms of an incident."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any

from django import forms
from django.db.models import Q

from accounts.models import Team, User
from core.markdown import to_plain_text
from core.text import clean_markdown, one_line, storable


class WritingForm(forms.Form):
    """A form in the product's style. `version` is the one that the writer saw."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", _class_of(field.widget))

    def base_version(self) -> int:
        """Return the version that the writer saw; 0, which is always stale, if none was sent."""
        return self.cleaned_data.get("version") or 0

    def started_from(self) -> list[str]:
        """Return hidden inputs with the initial value of each field.

        Only for forms that edit something; a new thing has no initial state.
        """
        if not self.initial.get("version"):
            return []
        for field in self.fields.values():
            field.show_hidden_initial = True
        return [field.as_hidden(only_initial=True) for field in self.visible_fields()]

    def now_upon(self, theirs: WritingForm, version: int) -> None:
        """Rebase the form, shown again, on what somebody else saved in the meantime.

        `theirs` is an unbound form of that. Fields that the writer did not touch take its values;
        the others keep the writer's.
        """
        for field in self.fields.values():
            field.show_hidden_initial = True
        touched = set(self.changed_data)
        data: dict[str, Any] = {name: self.data[name] for name in self.data}
        for shown in self.visible_fields():
            saved = _as_sent(theirs[shown.name])
            data[shown.html_initial_name] = saved
            if shown.name in touched:
                continue
            data.pop(shown.html_name, None)
            if saved not in ("", "False"):
                data[shown.html_name] = saved
        self.data = data | {self.add_prefix("version"): str(version)}


def _as_sent(field: forms.BoundField) -> str:
    """Return the value that a browser would send for the field."""
    value = field.value()
    if isinstance(value, bool):
        return str(value)
    shown = field.field.widget.format_value(value)
    if isinstance(shown, list):
        shown = shown[0] if shown else ""
    return "" if shown is None else str(shown)


def _class_of(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput):
        return "form-check-input"
    if isinstance(widget, forms.Select):
        return "form-select"
    return "form-control"


class NamesField(forms.CharField):
    """Names separated by commas. Cleans to a list, each name once, in the order written."""

    def __init__(self, *, longest: int, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)
        self.longest = longest
        self.widget.attrs |= {"autocomplete": "off", "data-names": ""}

    def prepare_value(self, value: Any) -> Any:
        if value is None or isinstance(value, str):
            return value
        return ", ".join(str(name) for name in value)

    def names_in(self, value: Any) -> list[str]:
        """Return the names in `value`, each once, in the order written."""
        text = self.prepare_value(value) or ""
        written = [" ".join(name.split()) for name in text.split(",")]
        first: dict[str, str] = {}
        for name in filter(None, written):
            first.setdefault(name.casefold(), name)
        return list(first.values())

    def clean(self, value: Any) -> Any:
        names = self.names_in(super().clean(self.prepare_value(value) or ""))
        for name in names:
            if len(name) > self.longest:
                raise forms.ValidationError(
                    f"“{name[:30]}…” is longer than {self.longest} characters."
                )
        return names


def people_named(names: Iterable[str]) -> dict[str, User]:
    """Return the people with these usernames, ignoring case, by the casefolded name."""
    asked = reduce(or_, (Q(username__iexact=storable(name)) for name in names), Q())
    people = User.objects.filter(asked) if asked else []
    return {person.username.casefold(): person for person in people}


class PeopleField(NamesField):
    """Usernames separated by commas. Cleans to a list of people.

    `known` are people by casefolded username, if the form has looked them up already.
    """

    known: dict[str, User] | None = None

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(longest=150, **kwargs)
        self.widget.attrs |= {"list": "people", "spellcheck": "false"}

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Iterable) and not isinstance(value, str):
            return ", ".join(person.username for person in value)
        return value

    def clean(self, value: Any) -> Any:
        names = super().clean(value)
        if not names:
            return []
        known = people_named(names) if self.known is None else self.known
        for name in names:
            if name.casefold() not in known:
                raise forms.ValidationError(f"No user is named “{name}”.")
        return [known[name.casefold()] for name in names]


class PersonField(PeopleField):
    """One username or none. Cleans to a User or None."""

    def prepare_value(self, value: Any) -> Any:
        return value.username if isinstance(value, User) else value

    def clean(self, value: Any) -> Any:
        people = super().clean(value)
        if len(people) > 1:
            raise forms.ValidationError("Enter one person.")
        return people[0] if people else None


class TeamsField(NamesField):
    """Names of teams separated by commas. Cleans to a list of teams."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(longest=150, **kwargs)
        self.widget.attrs |= {"list": "teams"}

    def clean(self, value: Any) -> Any:
        names = super().clean(value)
        if not names:
            return []
        asked = Q()
        for name in names:
            asked |= Q(name__iexact=name)
        teams = list(Team.objects.filter(asked))
        known = {team.name.casefold() for team in teams}
        for name in names:
            if name.casefold() not in known:
                raise forms.ValidationError(f"No team is named “{name}”.")
        return teams


class LineField(forms.CharField):
    """One line of text."""

    def to_python(self, value: Any) -> Any:
        return one_line(super().to_python(value) or "")


class MarkdownField(forms.CharField):
    """Markdown, stored as typed except for line ends, which browsers send as CRLF.

    The help text mentions Markdown.
    """

    def __init__(self, *, help_text: str = "", **kwargs: Any) -> None:
        if "Markdown" not in help_text:
            help_text = f"{help_text} Markdown.".strip()
        kwargs["help_text"] = help_text
        kwargs.setdefault("strip", False)
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 3}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        text = clean_markdown(super().to_python(value) or "")
        # Parse the text now: saving needs its words while it holds the lock on the incident.
        to_plain_text(text)
        return text
