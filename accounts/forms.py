"""What people change about themselves."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from django import forms

from accounts.models import User


class ProfileForm(forms.ModelForm):
    """One's own name, address and preferences."""

    class Meta:
        model = User
        fields = ["full_name", "email", "time_zone", "theme", "digest"]
        widgets = {
            "full_name": forms.TextInput(attrs={"autocomplete": "name"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
            "time_zone": forms.TextInput(
                attrs={"list": "time-zones", "autocomplete": "off", "spellcheck": "false"}
            ),
        }
        help_texts = {
            "full_name": "As others see it.",
            "email": "Reminders and sign-in codes go here.",
            "time_zone": "Type a city or region. Every time is shown in this zone.",
            "digest": "One mail with everything due, at 09:00 in your time zone.",
        }

    def clean_email(self) -> str:
        address: str = self.cleaned_data["email"]
        taken = User.objects.filter(email__iexact=address).exclude(pk=self.instance.pk)
        if taken.exists():
            raise forms.ValidationError("Somebody else has this e-mail address.")
        return address


class SignInForm(LoginForm):
    """Sign-in with the words that the rest of the product uses."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "User name or e-mail address"
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        self.fields.pop("remember", None)
