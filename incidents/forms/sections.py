"""The form of a section."""

from __future__ import annotations

from typing import Any

from django import forms

from incidents.forms.fields import LineField, MarkdownField, WritingForm
from incidents.forms.widgets import MarkdownEditor
from incidents.models import Incident, Section, SectionKind

PROMPTS = {
    SectionKind.SUMMARY: "What happened, to whom, for how long, and what ended it? "
    "Three sentences that somebody who was not there can follow.",
    SectionKind.IMPACT: "Who noticed, what could they not do, for how long? "
    "Numbers where there are any: users, requests, money, data.",
    SectionKind.TRIGGER: "What changed just before? A deploy, a date, a load, a person, nothing?",
    SectionKind.DETECTION: "How did you learn of it: an alert, a user, by chance? "
    "What would have told you sooner?",
    SectionKind.RESPONSE: "What was tried, by which roles, and what did each attempt show? "
    "What made sense at the time?",
    SectionKind.RECOVERY: "What ended the impact? How did you know that it was over?",
    SectionKind.WENT_WELL: "What worked: tools, habits, people who knew where to look?",
    SectionKind.WENT_WRONG: "What made it longer or worse? Systems and circumstances, not people.",
    SectionKind.LUCKY: "What could easily have gone worse?",
    SectionKind.LESSONS: "What do you know now that you did not know before?",
    SectionKind.SUPPORTING: "Graphs, logs, links, transcripts.",
    SectionKind.OTHER: "Write in Markdown.",
}


class SectionForm(WritingForm):
    """Heading, kind and text of a section."""

    title = LineField(label="Heading", max_length=200)
    kind = forms.ChoiceField(label="Kind", choices=SectionKind.choices)
    body = MarkdownField(label="Text", required=False)

    def __init__(
        self, *args: Any, incident: Incident, section: Section | None = None, **kwargs: Any
    ) -> None:
        if section is not None:
            kwargs["initial"] = {
                "title": section.title,
                "kind": section.kind,
                "body": section.body,
                "version": section.version,
            } | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        kind = SectionKind(section.kind) if section else SectionKind.OTHER
        editor = MarkdownEditor(reference=incident.reference, placeholder=PROMPTS[kind])
        self.fields["body"].widget = editor
        editor.attrs["autofocus" if section else "data-key"] = True if section else ""
        self.fields["title"].error_messages["required"] = "Enter a heading."
