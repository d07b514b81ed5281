"""Reasons why two incidents are similar, in words."""

from __future__ import annotations

from collections.abc import Sequence

from likeness.similarity import Similar


def reasons(one: Similar) -> list[str]:
    """Return each reason as a few words, the strongest kind first."""
    words = [word for word in one.words if word not in one.of_causes]
    said = [
        "confirmed as the same failure" if one.is_confirmed else "",
        f"same pattern: {_listed(one.patterns)}" if one.patterns else "",
        f"causes of both mention {_listed(one.of_causes)}" if one.of_causes else "",
        f"both mention {_listed(words)}" if words else "",
        f"same service: {_listed(one.services)}" if one.services else "",
    ]
    return [reason for reason in said if reason]


def sentence(one: Similar) -> str:
    """Return the reasons as one sentence."""
    said = "; ".join(reasons(one))
    return f"{said[:1].upper()}{said[1:]}." if said else ""


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words)
