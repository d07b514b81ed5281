"""What a browser has to fetch before it shows a postmortem."""

import gzip
import re

import pytest
from django.conf import settings

from tests.factories import IncidentFactory

pytestmark = pytest.mark.django_db

STATIC = settings.BASE_DIR / "static"
BUDGET = 120_000  # bytes, for styles and scripts together, and again for fonts


def linked(page: str, pattern: str) -> set[str]:
    return set(re.findall(pattern, page))


def test_styles_and_scripts_of_a_postmortem_stay_within_the_budget(signed_in, ana):
    incident = IncidentFactory()

    page = signed_in(ana).get(incident.get_absolute_url()).content.decode()

    files = linked(page, r'(?:href|src)="/static/([^"]+\.(?:css|js))"')
    weight = {name: len(gzip.compress((STATIC / name).read_bytes())) for name in files}
    assert len(files) > 10
    assert sum(weight.values()) <= BUDGET, weight


def test_fonts_for_latin_text_stay_within_the_budget_and_the_first_is_preloaded(signed_in, ana):
    page = signed_in(ana).get("/incidents/").content.decode()

    assert linked(page, r'rel="preload" href="/static/([^"]+)"') == {"vendor/inter-latin.woff2"}
    fonts = ("inter-latin", "jetbrains-mono-latin")  # others are fetched for text that needs them
    assert sum((STATIC / f"vendor/{name}.woff2").stat().st_size for name in fonts) <= BUDGET
