"""Forms of an incident's header, and of a new incident."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms

from accounts.models import User
from accounts.models.user import validate_time_zone
from accounts.time_zones import TimeZoneField
from incidents.exchange import names_on
from incidents.forms.clock import ClockGap, ClockTwice, moment_of
from incidents.forms.fields import (
    LineField,
    MarkdownField,
    NamesField,
    PeopleField,
    PersonField,
    TeamsField,
    WritingForm,
    people_named,
)
from incidents.forms.timeline import WHICH, ClockInput, DayInput
from incidents.models import (
    Environment,
    Incident,
    IncidentRole,
    Service,
    Severity,
    Tag,
    Visibility,
)
from incidents.operations.incidents import COLUMNS, IncidentFields
from incidents.operations.labels import services_named, tags_named


def _longest(model: type[Service] | type[Tag]) -> int:
    return model._meta.get_field("name").max_length or 60


class FactsForm(WritingForm):
    """Fields shared by the forms for a new incident and for editing its header."""

    title = LineField(
        max_length=200,
        help_text="What broke, for whom. Without names of people.",
        error_messages={"required": "Enter a title."},
    )
    severity = forms.ChoiceField(choices=Severity.choices, initial=Severity.UNKNOWN)
    environment = forms.ChoiceField(choices=Environment.choices, initial=Environment.UNKNOWN)
    services = NamesField(
        longest=_longest(Service), help_text="Separated by commas. New names are created."
    )
    tags = NamesField(
        longest=_longest(Tag), help_text="Separated by commas. New names are created."
    )
    time_zone = TimeZoneField(
        max_length=64,
        required=False,
        help_text="Time zone of the times below, such as Europe/Dublin.",
        validators=[validate_time_zone],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("services", "tags"):
            self.fields[name].widget.attrs["list"] = name
        self.fields["time_zone"].widget.attrs |= {
            "list": "time-zones",
            "autocomplete": "off",
            "spellcheck": "false",
        }


class NewIncidentForm(FactsForm):
    """The minimum for starting a postmortem."""

    asks_which = False  # set when the clock time occurred twice

    started_day = forms.DateField(label="Started on", required=False, widget=DayInput)
    started_clock = forms.TimeField(label="Time", required=False, widget=ClockInput)
    which = forms.ChoiceField(label="This time occurred twice", required=False, choices=WHICH)
    restricted = forms.BooleanField(
        label="Restricted: visible to me, people I add later, and administrators", required=False
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        day, clock = said.get("started_day"), said.get("started_clock")
        said["started_at"] = None
        if day is None and clock is None:
            return said
        if day is None:
            self.add_error("started_day", "Enter the day as well.")
        elif clock is None:
            self.add_error("started_clock", "Enter the time as well, or leave both empty.")
        elif "time_zone" in said:
            said["started_at"] = self._started(day, clock, said)
        return said

    def _started(self, day: date, clock: time, said: dict[str, Any]) -> datetime | None:
        which = said.get("which")
        try:
            return moment_of(
                day, clock, said["time_zone"], second=which == "second" if which else None
            )
        except ClockTwice as error:
            self.asks_which = True
            self.add_error("started_clock", str(error))
        except ClockGap as error:
            self.add_error("started_clock", str(error))
        return None

    def fields_written(self, *, by: User) -> IncidentFields:
        """Return the fields of a valid form; create missing services and tags as `by`."""
        said = self.cleaned_data
        return IncidentFields(
            title=said["title"],
            severity=said["severity"],
            environment=said["environment"],
            time_zone=said["time_zone"],
            services=services_named(said["services"], by=by),
            tags=tags_named(said["tags"], by=by),
            visibility=Visibility.RESTRICTED if said["restricted"] else Visibility.INTERNAL,
        )


class IncidentForm(FactsForm):
    """The whole header. Only people who may restrict the incident can change its visibility."""

    owner = PersonField(label="Postmortem owner", help_text="A username.")
    commanders = PeopleField(label="Incident commander", help_text="Usernames.")
    scribes = PeopleField(label="Scribe")
    communications = PeopleField(label="Communications lead")
    visibility = forms.ChoiceField(
        choices=Visibility.choices,
        initial=Visibility.INTERNAL,
        help_text="If restricted, everybody else stops seeing its images in other incidents too.",
    )
    readers = PeopleField(
        label="People who may read it", help_text="Usernames. Used only if restricted."
    )
    reader_teams = TeamsField(label="Teams who may read it")
    source_author = LineField(label="Author of the source", max_length=200, required=False)
    source_publication = LineField(label="Publication", max_length=200, required=False)
    source_url = forms.URLField(
        label="Link to the source", max_length=500, required=False, assume_scheme="https"
    )
    source_published_on = forms.DateField(label="Published on", required=False, widget=DayInput)

    ROLES = {
        "commanders": IncidentRole.Role.COMMANDER,
        "scribes": IncidentRole.Role.SCRIBE,
        "communications": IncidentRole.Role.COMMUNICATIONS,
    }
    ABOUT_READERS = ("visibility", "readers", "reader_teams")

    def __init__(self, *args: Any, incident: Incident, may_restrict: bool, **kwargs: Any) -> None:
        self.incident = incident
        kwargs["initial"] = _initial(incident)
        super().__init__(*args, **kwargs)
        self.fields[
            "time_zone"
        ].help_text += " If empty, times are shown as in the source, without a zone."
        if not may_restrict:
            for name in self.ABOUT_READERS:
                self.fields[name].disabled = True

    def full_clean(self) -> None:
        """Look up all named people in one query instead of one for each field."""
        fields = {
            name: field for name, field in self.fields.items() if isinstance(field, PeopleField)
        }
        if self.is_bound:
            people = people_named(
                name for key, field in fields.items() for name in field.names_in(self[key].value())
            )
            for field in fields.values():
                field.known = people
        super().full_clean()

    def fields_written(self, *, by: User) -> IncidentFields:
        """Return the fields of a valid form; create missing services and tags as `by`."""
        said = self.cleaned_data
        roles: list[tuple[str, User]] = [
            (role, person) for name, role in self.ROLES.items() for person in said[name]
        ]
        columns = {name: said[name] for name in COLUMNS}
        return IncidentFields(
            **columns,
            services=services_named(said["services"], by=by),
            tags=tags_named(said["tags"], by=by),
            readers=said["readers"],
            reader_teams=said["reader_teams"],
            roles=roles,
        )


class ReasonForm(forms.Form):
    """The reason why an incident needs no postmortem."""

    reason = MarkdownField(label="Reason", error_messages={"required": "Enter a reason."})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.fields["reason"].widget.attrs["class"] = "form-control"


def _initial(incident: Incident) -> dict[str, Any]:
    names = names_on(incident)
    values = {name: getattr(incident, name) for name in COLUMNS if name != "owner"}
    values |= {"version": incident.version}
    for field, what in {
        **{"owner": "owner", "services": "service", "tags": "tag"},
        **{"readers": "reader", "reader_teams": "reader team"},
        **IncidentForm.ROLES,
    }.items():
        values[field] = ", ".join(names[what])
    return values
