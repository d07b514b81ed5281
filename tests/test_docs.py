"""The documentation leads somewhere, and names everything there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from tests.packages import PACKAGES

ROOT = Path(settings.BASE_DIR)
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_to_a_file_finds_it(document):
    prose = re.sub(r"^(`{3,4}).*?^\1", "", document.read_text(), flags=re.DOTALL | re.MULTILINE)
    links = re.findall(r"\]\((?!https?:|#|/)([^)#\s]+)", prose)

    assert [link for link in links if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_within_a_page_finds_its_heading(document):
    text = document.read_text()
    headings = {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    }

    assert set(re.findall(r"\]\(#([\w-]+)\)", text)) <= headings


def test_every_decision_is_in_the_list_of_decisions():
    listed = re.findall(r"\((\d{4}-[\w-]+\.md)\)", (ROOT / "docs/adr/README.md").read_text())

    assert listed == sorted(path.name for path in (ROOT / "docs/adr").glob("0*.md"))


def test_contributing_names_every_command():
    commands = {
        path.stem
        for app in PACKAGES
        for path in (ROOT / app).glob("management/commands/*.py")
        if path.stem != "__init__"
    }
    named = set(re.findall(r"`(\w+)`", (ROOT / "CONTRIBUTING.md").read_text()))

    assert commands - named == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_that_is_named_exists(document):
    """A file that moved takes the documents that name it along."""
    ours = "|".join((*PACKAGES, "bench", "tests", "script", "docs", "deploy"))
    named = re.findall(rf"`((?:{ours})/[a-z_/.]+)`", document.read_text())
    found = [path for path in named if (ROOT / path).exists() or (ROOT / f"{path}.py").exists()]

    assert sorted(set(named) - set(found)) == []
