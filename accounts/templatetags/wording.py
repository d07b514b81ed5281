"""Words that come from elsewhere, brought to the product's own way of writing."""

from __future__ import annotations

import re

from django import template

register = template.Library()

# Only words of signing in: names of companies and products keep their capitals.
_WORDS = (
    "Access|Activate|Address|Addresses|App|Authentication|Authenticator|Code|Codes|Confirm|Current"
    "|Deactivate|Email|Factor|Generate|In|Key|Keys|New|Out|Password|Recovery|Reset|Security|Sent|Set"
    "|Sign|Two|Up|Verification|Verify|Via"
)
_CAPITAL = re.compile(rf"(?<=[\w)][ -])(?:{_WORDS})\b")


@register.filter(is_safe=True)
def sentence_case(text: str) -> str:
    """“Two-Factor Authentication” as “Two-factor authentication”; what holds markup stays as it
    is."""
    return text if "<" in text else _CAPITAL.sub(lambda word: word[0].lower(), text.strip())
