"""Static files as they are served: under names that change with their contents."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import call_command

from config import settings as product

HASHED = re.compile(r"\.[0-9a-f]{12}\.js$")


@pytest.fixture
def served(settings, tmp_path) -> Path:
    """The folder of collected files."""
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = product.STORAGES
    call_command("collectstatic", interactive=False, verbosity=0)
    return settings.STATIC_ROOT


def test_modules_import_each_other_under_hashed_names(served):
    """Else a browser could run a new module with an old one from its cache."""
    modules = [path for path in (served / "js").iterdir() if HASHED.search(path.name)]
    imports = {
        (path, imported)
        for path in modules
        for imported in re.findall(r'^import.*? from "([^"]+)";', path.read_text(), re.M | re.S)
    }

    assert len(imports) >= 8
    for path, imported in imports:
        assert HASHED.search(imported), (path.name, imported)
        assert (path.parent / imported).exists(), (path.name, imported)
