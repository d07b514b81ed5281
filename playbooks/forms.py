"""Writing patterns and playbooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.db.models import Q
from django.forms.formsets import BaseFormSet, formset_factory
from django.urls import reverse_lazy
from markdownx.widgets import MarkdownxWidget

from accounts.models import User
from core.markdown import to_plain_text
from core.text import clean_markdown, one_line
from playbooks.content import PatternFields, PlaybookFields, StepFields
from playbooks.models import FailurePattern, Playbook, PlaybookStep, Risk

MOST_STEPS = 50
_MOST_TEXT = 20_000


class MarkdownInput(MarkdownxWidget):
    """Markdown with its preview beside it; without image upload, which belongs to incidents."""

    template_name = "incidents/widgets/markdown_editor.html"

    def __init__(self, rows: int = 4) -> None:
        super().__init__(attrs={"rows": rows, "class": "form-control"})

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        return forms.Textarea.render(self, name, value, attrs, renderer)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = forms.Textarea.get_context(self, name, value, attrs)
        shown = context["widget"]["attrs"]
        shown |= self.add_markdownx_attrs(shown) | {
            "data-markdownx-urls-path": str(reverse_lazy("markdown_preview")),
            "data-markdownx-upload-urls-path": "",
        }
        return context


class TextField(forms.CharField):
    """Text of several lines, kept as typed but for line ends."""

    def __init__(
        self, *, label: str, rows: int = 3, required: bool = False, hint: str = ""
    ) -> None:
        super().__init__(
            label=label,
            required=required,
            help_text=hint,
            max_length=_MOST_TEXT,
            strip=False,
            widget=forms.Textarea(attrs={"rows": rows, "class": "form-control"}),
        )

    def clean(self, value: Any) -> str:
        return super().clean(clean_markdown(value or ""))


class MarkdownText(TextField):
    """Markdown. It says so."""

    def __init__(self, *, hint: str = "Markdown.", **kwargs: Any) -> None:
        super().__init__(hint=hint, **kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        to_plain_text(text)  # saving asks for its words while it holds a row: parse it before
        return text


class MarkdownField(MarkdownText):
    """Markdown, with a preview."""

    def __init__(
        self, *, label: str, rows: int = 4, required: bool = False, hint: str = "Markdown."
    ) -> None:
        super().__init__(label=label, rows=rows, required=required, hint=hint)
        self.widget = MarkdownInput(rows=rows)
        self.widget.is_required = required


class LineField(forms.CharField):
    """A field for one line of text."""

    def clean(self, value: Any) -> str:
        return super().clean(one_line(value or ""))


class PatternForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = LineField(max_length=120)
    definition = LineField(
        max_length=500, help_text="One sentence: what goes wrong, in general terms."
    )
    recognise = MarkdownField(
        label="How to recognise it", rows=8, hint="Markdown: what you see while it happens."
    )
    signals = TextField(
        label="Signals",
        rows=5,
        hint="Words and error messages by which it is recognised, one per line.",
    )

    @classmethod
    def of(cls, pattern: FailurePattern) -> PatternForm:
        """A form that holds what the pattern says."""
        return cls(
            initial={
                "version": pattern.version,
                "name": pattern.name,
                "definition": pattern.definition,
                "recognise": pattern.recognise,
                "signals": "\n".join(pattern.signals),
            }
        )

    def clean_signals(self) -> tuple[str, ...]:
        lines = [one_line(line) for line in self.cleaned_data["signals"].split("\n")]
        signals = tuple(dict.fromkeys(line for line in lines if line))
        if too_long := [signal for signal in signals if len(signal) > 200]:
            raise forms.ValidationError(
                f"A signal has at most 200 characters; this one has {len(too_long[0])}: "
                f"“{too_long[0][:40]}…”"
            )
        return signals

    def said(self) -> PatternFields:
        """Return the content that was entered; only for a valid form."""
        names = ("name", "definition", "recognise", "signals")
        return PatternFields(**{name: self.cleaned_data[name] for name in names})


class PlaybookForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = LineField(max_length=160)
    use_when = MarkdownField(
        label="Use when", required=True, hint="Markdown: the symptoms that call for it."
    )
    patterns = forms.ModelMultipleChoiceField(
        label="Failure patterns",
        queryset=FailurePattern.objects.current(),
        to_field_name="slug",
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )
    risk = forms.ChoiceField(
        choices=Risk.choices,
        help_text="How much harm following the playbook can do.",
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    owner = forms.ModelChoiceField(
        queryset=User.objects.filter(is_active=True),
        required=False,
        empty_label="Nobody",
        help_text="Who keeps it up to date.",
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    review_by_on = forms.DateField(
        label="Review by",
        required=False,
        help_text="From that day on it asks whether it is still correct. "
        "Empty: 180 days after it was last confirmed.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    verify = MarkdownField(label="How to verify", hint="Markdown: how you know it worked.")
    escalate = MarkdownField(label="When to escalate", hint="Markdown: to whom, and when.")

    def also_for(self, playbook: Playbook) -> PlaybookForm:
        """Offer the archived patterns of `playbook` too: saving it does not take them away."""
        choice = self.fields["patterns"]
        assert isinstance(choice, forms.ModelMultipleChoiceField)  # noqa: S101 - declared above
        choice.queryset = FailurePattern.objects.filter(
            Q(archived_at=None) | Q(pk__in=playbook.patterns.values("pk"))
        )
        return self

    @classmethod
    def of(cls, playbook: Playbook) -> PlaybookForm:
        """A form that holds what the playbook says, but for its steps."""
        return cls(
            initial={
                "version": playbook.version,
                "title": playbook.title,
                "use_when": playbook.use_when,
                "patterns": [pattern.slug for pattern in playbook.patterns.all()],
                "risk": playbook.risk,
                "owner": playbook.owner_id,
                "review_by_on": playbook.review_by_on,
                "verify": playbook.verify,
                "escalate": playbook.escalate,
            }
        )

    def said(self, steps: tuple[StepFields, ...], *, before: Playbook | None) -> PlaybookFields:
        """Return the content entered, with these steps; other fields are taken from `before`."""
        names = ("title", "use_when", "risk", "owner", "review_by_on", "verify", "escalate")
        return PlaybookFields(
            patterns=frozenset(pattern.slug for pattern in self.cleaned_data["patterns"]),
            last_reviewed_on=before.last_reviewed_on if before else None,
            last_reviewed_by=before.last_reviewed_by if before else None,
            steps=steps,
            **{name: self.cleaned_data[name] for name in names},
        )


class DoubtForm(forms.Form):
    note = MarkdownField(
        label="What is outdated",
        required=True,
        hint="Markdown. Shown as a warning above the playbook until somebody confirms it.",
    )


class StepForm(forms.Form):
    title = LineField(label="What to do", max_length=200)
    command = TextField(label="Command", rows=2, hint="A shell command, exactly as it is run.")
    expected = MarkdownText(label="You should see", rows=2)
    if_not = MarkdownText(label="If not", rows=2)
    undo = MarkdownText(label="How to undo", rows=2)
    detail = MarkdownText(label="Detail", rows=2)

    OPTIONAL = ("if_not", "undo", "detail")

    def has_changed(self) -> bool:
        """A step that has nothing but its position has not been written."""
        return bool(set(self.changed_data) - {"ORDER", "DELETE"})

    @property
    def has_more(self) -> bool:
        """Tell whether any of the collapsed fields has a value."""
        return any(self[name].value() for name in self.OPTIONAL)

    @property
    def more(self) -> list[forms.BoundField]:
        return [self[name] for name in self.OPTIONAL]


if TYPE_CHECKING:
    _StepFormSet = BaseFormSet[StepForm]
else:
    _StepFormSet = BaseFormSet


class BaseStepFormSet(_StepFormSet):
    deletion_widget = forms.CheckboxInput
    ordering_widget = forms.NumberInput

    def add_fields(self, form: StepForm, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["ORDER"].label = "Position"
        form.fields["ORDER"].widget.attrs |= {"class": "form-control", "inputmode": "numeric"}
        form.fields["DELETE"].label = "Remove this step"
        if index is not None and index >= self.initial_form_count() and not self.is_bound:
            form.fields["ORDER"].initial = index + 1

    def said(self) -> tuple[StepFields, ...]:
        """The steps as written, in their order; only of a valid form set."""
        names = ("title", "detail", "command", "expected", "if_not", "undo")
        return tuple(
            StepFields(**{name: form.cleaned_data[name] for name in names})
            for form in self.ordered_forms
            if form.cleaned_data.get("title")
        )


def steps_formset(extra: int) -> type[BaseStepFormSet]:
    """A form set for steps with `extra` empty ones at the end."""
    made = formset_factory(
        StepForm,
        formset=BaseStepFormSet,
        extra=extra,
        can_order=True,
        can_delete=True,
        max_num=MOST_STEPS,
        absolute_max=2 * MOST_STEPS,  # more than that is nobody's typing, and costs time to show
        validate_max=True,
    )
    return cast("type[BaseStepFormSet]", made)


def steps_of(playbook: Playbook) -> list[dict[str, Any]]:
    """The playbook's steps as a form set's initial values."""
    names = ("title", "detail", "command", "expected", "if_not", "undo")
    steps: list[PlaybookStep] = list(playbook.steps.all())
    return [
        {name: getattr(step, name) for name in names} | {"ORDER": step.position} for step in steps
    ]
