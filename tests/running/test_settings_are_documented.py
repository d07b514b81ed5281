"""Every variable that can be set is explained in .env.example, and nothing else is."""

import re

from tests.running.server import ROOT


def test_every_variable_is_explained_and_nothing_else():
    documented = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M))

    sources = [ROOT / "config" / "settings.py", ROOT / "config" / "gunicorn.py"]
    asked_for = {
        name
        for source in sources
        for name in re.findall(r'(?:read\(|environ\.get\()\s*"([A-Z_]+)"', source.read_text())
    }

    assert documented == asked_for
