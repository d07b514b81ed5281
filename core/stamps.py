"""Rows of a long list, from a template that is read once for each of the looks a row may have.

Django walks a template anew for each row, which for twenty rows takes longer than fetching them.
A stamp walks it once and keeps what comes out, with a gap wherever the row has its say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

Fill = Callable[..., str]


class Stamp:
    """A template that is given `row`, of which it may ask two things: to put a field where it
    stands, and whether the row has it (`{% if row.snippet %}`). It may also hold a form.

    Fields are HTML already, or empty: nothing escapes them.
    """

    def __init__(self, template_name: str) -> None:
        self._template_name = template_name
        self._kept: dict[tuple[str, ...], Fill] = {}

    def __call__(self, row: Mapping[str, object], csrf_token: object) -> str:
        """The row as HTML. The token is asked for only where its look has a form."""
        look = tuple(name for name, value in row.items() if value)
        fill = self._kept.get(look)
        if fill is None or settings.DEBUG:
            fill = self._kept[look] = self._read(look)
        return fill(csrf_token=csrf_token, **row)

    def _read(self, look: tuple[str, ...]) -> Fill:
        gaps = {name: SafeString(f"\x02{name}\x03") for name in (*look, "csrf_token")}
        drawn = render_to_string(
            self._template_name, {"row": gaps, "csrf_token": gaps["csrf_token"]}
        )
        shape = drawn.replace("{", "{{").replace("}", "}}")
        return shape.replace("\x02", "{").replace("\x03", "}").format
