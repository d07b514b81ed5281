"""The form of a timeline event, with times in the incident's own zone."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms

from core import times
from incidents.forms.clock import ClockGap, ClockTwice, clock_of, moment_of, start_of, was_twice
from incidents.forms.fields import LineField, MarkdownField, WritingForm
from incidents.models import EventKind, Incident, Milestone, Precision, TimelineEvent
from incidents.operations.timeline import EventFields

_PLAIN = [
    *("text", "precision", "as_written", "milestone", "kind", "evidence_url", "starred"),
    "version",
]
WHICH = [("", "Choose"), ("first", "The first time"), ("second", "The second time")]
WITHOUT_CLOCK = (Precision.DAY, Precision.APPROXIMATE)


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ClockInput(forms.TimeInput):
    input_type = "time"


class EventForm(WritingForm):
    """An event: text, time, and the precision of the time."""

    text = MarkdownField(label="What happened", error_messages={"required": "Say what happened."})
    day = forms.DateField(label="Day", required=False, widget=DayInput)
    clock = forms.TimeField(label="Time", required=False, widget=ClockInput)
    which = forms.ChoiceField(
        label="This time occurred twice",
        required=False,
        choices=WHICH,
    )
    precision = forms.ChoiceField(
        label="Precision", choices=Precision.choices, initial=Precision.MINUTE
    )
    end_which = forms.ChoiceField(
        label="The end time occurred twice", required=False, choices=WHICH
    )
    end_day = forms.DateField(label="Until day", required=False, widget=DayInput)
    end_clock = forms.TimeField(label="Until time", required=False, widget=ClockInput)
    as_written = LineField(label="Time as written in the source", max_length=120, required=False)
    milestone = forms.ChoiceField(
        required=False, choices=[("", "None"), *Milestone.choices], label="Milestone"
    )
    kind = forms.ChoiceField(choices=EventKind.choices, initial=EventKind.OBSERVATION)
    evidence_url = forms.URLField(
        label="Link to the evidence", max_length=500, required=False, assume_scheme="https"
    )
    starred = forms.BooleanField(label="Important: always shown", required=False)

    def __init__(
        self, *args: Any, incident: Incident, event: TimelineEvent | None = None, **kwargs: Any
    ) -> None:
        self.zone = incident.time_zone
        if event is not None:
            kwargs["initial"] = _initial(event, self.zone)
        super().__init__(*args, **kwargs)
        self.asked_twice: set[str] = set()  # fields whose time occurred twice
        for name in ("clock", "end_clock"):
            exact = self.initial.get(name)
            if exact is not None and exact.second:
                self.fields[name].widget.attrs["step"] = "1"

    @property
    def asks_which(self) -> bool:
        """True if the form asks which of two equal clock times the beginning was."""
        return bool(self.initial.get("which")) or "clock" in self.asked_twice

    @property
    def asks_end_which(self) -> bool:
        """True if the form asks which of two equal clock times the end was."""
        return bool(self.initial.get("end_which")) or "end_clock" in self.asked_twice

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if any(name in self.errors for name in ("day", "clock", "end_day", "end_clock")):
            return said
        said["occurred_at"] = self._start(said)
        said["ends_at"] = None
        if said["occurred_at"] is not None and not self.errors:
            said["ends_at"] = self._end(said)
        return said

    def fields_written(self) -> EventFields:
        """Return the content, once the form is valid."""
        said = self.cleaned_data
        return EventFields(
            text=said["text"],
            occurred_at=said["occurred_at"],
            ends_at=said["ends_at"],
            precision=said["precision"],
            as_written=said["as_written"],
            milestone=said["milestone"],
            kind=said["kind"],
            evidence_url=said["evidence_url"],
            starred=said["starred"],
        )

    def _start(self, said: dict[str, Any]) -> datetime | None:
        day, clock, precision = said.get("day"), said.get("clock"), said.get("precision")
        if precision == Precision.UNKNOWN:
            if day or clock:
                self.add_error("precision", "Choose the precision of the time.")
            return None
        if day is None:
            self.add_error("day", "Enter the day, or choose “time not recorded”.")
            return None
        if clock is None and precision not in WITHOUT_CLOCK:
            self.add_error("clock", "Enter the time, or choose “to the day”.")
            return None
        if clock is None:
            return start_of(day, self.zone)
        return self._moment(day, clock, "clock", said)

    def _end(self, said: dict[str, Any]) -> datetime | None:
        day, clock = said.get("end_day"), said.get("end_clock")
        if day is None and clock is None:
            return None
        if clock is None and said.get("precision") not in WITHOUT_CLOCK:
            self.add_error("end_clock", "Enter the end time.")
            return None
        end_on = day or said["day"]
        end: datetime | None
        if clock is None:
            end = start_of(end_on, self.zone)
        else:
            end = self._moment(end_on, clock, "end_clock", said)
        if end is not None and end < said["occurred_at"]:
            self.add_error("end_clock", "It ends before it starts.")
            return None
        return end

    def _moment(self, day: date, clock: time, field: str, said: dict[str, Any]) -> datetime | None:
        which = said.get(field.replace("clock", "which"))
        try:
            return moment_of(day, clock, self.zone, second=which == "second" if which else None)
        except ClockTwice as error:
            self.asked_twice.add(field)
            self.add_error(field, str(error))
        except ClockGap as error:
            self.add_error(field, str(error))
        return None


def _initial(event: TimelineEvent, zone: str) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(event, name) for name in _PLAIN}
    for moment, day, clock, which in (
        (event.occurred_at, "day", "clock", "which"),
        (event.ends_at, "end_day", "end_clock", "end_which"),
    ):
        if moment is None:
            continue
        shown = clock_of(moment, zone)
        values[day] = shown.date()
        if event.precision in WITHOUT_CLOCK and times.starts_a_day(shown):
            continue
        values[clock] = shown.time()
        if was_twice(shown):
            values[which] = "second" if shown.fold else "first"
    return values
