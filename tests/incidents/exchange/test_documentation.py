"""Examples in docs/interchange.md, compared with what export writes."""

from __future__ import annotations

import re

from django.conf import settings

from incidents.exchange import parse, render
from playbooks.exchange import parse_pattern, parse_playbook
from playbooks.exchange.patterns import write_pattern
from playbooks.exchange.playbooks import write_playbook


def example(kind: str) -> str:
    text = (settings.BASE_DIR / "docs/interchange.md").read_text()
    fenced = re.findall(r"^(`{3,})markdown\n(---\nformat: .*?)^\1$", text, re.DOTALL | re.MULTILINE)
    [found] = [body for _, body in fenced if f"nevertwice/{kind}/1" in body]
    return found


def test_the_example_of_a_postmortem_is_what_export_writes():
    document = parse(example("incident"), name="example.md")

    assert document.problems == ()
    assert render(document) == example("incident")


def test_the_example_of_a_pattern_is_what_export_writes():
    document = parse_pattern(example("pattern"))

    assert document.problems == ()
    assert write_pattern(document) == example("pattern")


def test_the_example_of_a_playbook_is_what_export_writes():
    document = parse_playbook(example("playbook"))

    assert document.problems == ()
    assert write_playbook(document) == example("playbook")
