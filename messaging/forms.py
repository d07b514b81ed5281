"""Adding a channel, and narrowing the outbox."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import User
from messaging.models import ChannelKind, Route


class ChannelForm(forms.Form):
    """A place besides e-mail. Its address is typed once, and never comes back."""

    kind = forms.ChoiceField(label="Service", choices=ChannelKind)
    name = forms.CharField(
        max_length=100, help_text="A name for it, such as “My Slack” or “The team’s room”."
    )
    address = forms.CharField(
        max_length=2000,
        label="Webhook address",
        help_text="The incoming webhook that the service makes for you. Whoever has it can write "
        "there, so it is kept encrypted and not shown again.",
        widget=forms.PasswordInput(
            attrs={"autocomplete": "off", "spellcheck": "false"}, render_value=False
        ),
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not person.is_administrator:
            allowed = [(value, label) for value, label in ChannelKind.choices if value != "other"]
            self.fields["kind"] = forms.ChoiceField(label="Service", choices=allowed)


class OutboxForm(forms.Form):
    """Filters of the list of messages."""

    STATES = [
        ("", "Any state"),
        ("waiting", "Due"),
        ("sent", "Sent"),
        ("failed", "Failed"),
        ("dropped", "Dropped"),
    ]

    state = forms.ChoiceField(choices=STATES, required=False)
    route = forms.ChoiceField(
        choices=[("", "Any route"), *((way.value, way.label.capitalize()) for way in Route)],
        required=False,
    )
    to = forms.CharField(
        label="To", required=False, max_length=100, help_text="name of a person or team"
    )
