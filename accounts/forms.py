"""Forms for a person's own profile."""

from __future__ import annotations

import calendar
from typing import Any

from allauth.account.forms import LoginForm
from django import forms

from accounts.models import DigestFrequency, User
from accounts.time_zones import TimeZoneField
from core import times

_DAYS_OF_A_WEEK = 7


class ProfileForm(forms.ModelForm):
    """A person's own name, address and preferences."""

    digest_hour = forms.TypedChoiceField(
        label="Not before",
        choices=[("", "The usual hour"), *((hour, times.whole_hour(hour)) for hour in range(24))],
        coerce=int,
        empty_value=None,
        required=False,
        help_text="In your time zone. Reminders are sent within three hours, or the next morning.",
    )
    quiet_weekdays = forms.TypedMultipleChoiceField(
        label="Quiet days",
        choices=list(enumerate(calendar.day_name, start=1)),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="No reminders on these days; they are sent on the next other day.",
    )

    class Meta:
        model = User
        fields = [
            *("full_name", "email", "time_zone", "theme", "density"),
            *("digest", "digest_by", "digest_hour", "quiet_weekdays"),
        ]
        widgets = {
            "full_name": forms.TextInput(attrs={"autocomplete": "name"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
            "time_zone": forms.TextInput(
                attrs={"list": "time-zones", "autocomplete": "off", "spellcheck": "false"}
            ),
        }
        field_classes = {"time_zone": TimeZoneField}
        labels = {"digest": "How often", "digest_by": "How it comes"}
        help_texts = {
            "full_name": "As others see it.",
            "email": "Reminders and sign-in codes go here.",
            "time_zone": "Type a city or region. Times are shown in this zone, but a timeline "
            "keeps its incident’s own, with UTC beside it.",
            "digest": "One message with everything that is due, or none. "
            "Weekly ones are sent on the first business day.",
            "digest_by": "Without a working channel, reminders are sent by e-mail. "
            "The inbox holds every message in any case.",
        }

    def clean_email(self) -> str:
        address: str = self.cleaned_data["email"]
        taken = User.objects.filter(email__iexact=address).exclude(pk=self.instance.pk)
        if taken.exists():
            raise forms.ValidationError("This e-mail address is already in use.")
        return address

    def clean_quiet_weekdays(self) -> list[int]:
        days: list[int] = self.cleaned_data["quiet_weekdays"]
        if len(set(days)) == _DAYS_OF_A_WEEK and self.data.get("digest") != DigestFrequency.OFF:
            raise forms.ValidationError(
                "With seven quiet days nothing would be sent. Clear a day, or choose “Never” "
                "above to turn reminders off."
            )
        return days


class SignInForm(LoginForm):
    """Sign-in with the words that the rest of the product uses."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "User name or e-mail address"
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        self.fields.pop("remember", None)
