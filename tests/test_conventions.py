"""Promises the code makes about its own shape."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template.loader import get_template
from django.urls import URLPattern, URLResolver, get_resolver

from tests.packages import PACKAGES, ROOT

# Of messaging, whose operations are one file each.
CLOCKLESS = {"composing", "delivery", "mail", "operations", "retries", "routing"}


def our_patterns() -> list[URLPattern]:
    def walk(resolver: URLResolver) -> list[URLPattern]:
        found = []
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLResolver):
                found += walk(pattern)
            elif pattern.callback.__module__.split(".")[0] in PACKAGES:
                found.append(pattern)
        return found

    return walk(get_resolver())


@pytest.mark.parametrize("pattern", our_patterns(), ids=lambda pattern: str(pattern.name))
def test_a_view_and_its_url_share_one_name(pattern):
    assert pattern.name == pattern.callback.__name__


def test_a_page_template_is_named_after_its_view():
    names = {pattern.name for pattern in our_patterns()}
    rendered = {
        (path.name, template)
        for app in PACKAGES
        for path in [*(ROOT / app).rglob("views/**/*.py"), *(ROOT / app).glob("views.py")]
        for template in re.findall(r'render\(\s*request,\s*"([^"]+)"', path.read_text())
    }
    # "_" begins a fragment, a digit an error page, whose name Django gives.
    pages = {(file, t) for file, t in rendered if not Path(t).name.startswith(("_", "4"))}

    assert pages
    assert [(file, page) for file, page in pages if Path(page).stem not in names] == []


def python_files() -> list[Path]:
    return [
        path
        for app in PACKAGES
        for path in (ROOT / app).rglob("*.py")
        if "migrations" not in path.parts
    ]


def test_no_domain_code_reads_the_clock():
    domain = [
        path
        for path in python_files()
        if {"operations", "models", "reminders", "analytics"} & set(path.parts)
        or (path.relative_to(ROOT).parts[0] == "messaging" and path.stem in CLOCKLESS)
    ]
    clock = re.compile(r"timezone\.now\(\)|date\.today\(\)|localdate\(\)|datetime\.now\(")

    assert [path.name for path in domain if clock.search(path.read_text())] == []


def test_html_is_declared_safe_in_one_package_only():
    spots = [p for p in python_files() if re.search(r"mark_safe\(|SafeString\(", p.read_text())]
    templates = [p for p in (ROOT / "templates").rglob("*.html") if "|safe" in p.read_text()]

    assert {path.relative_to(ROOT).parts[0] for path in spots} <= {"core"}
    assert templates == []


def test_templates_hold_no_inline_style_or_script():
    inline = re.compile(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son(click|change|submit|load)=")
    # Mail has no style sheet: its own templates style inline.
    pages = [p for p in (ROOT / "templates").rglob("*.html") if "mail" not in p.parts]

    assert [p.name for p in pages if inline.search(p.read_text())] == []


def test_no_file_has_a_name_that_says_nothing():
    nothing = {"utils", "helpers", "manager", "managers", "service", "services", "misc", "common"}

    assert [path for path in python_files() if path.stem in nothing] == []


def test_times_are_formatted_for_people_in_one_module_only():
    """A format of one's own would differ in precision, zone, rounding or plural."""
    formats = re.compile(
        r":%[-A-Za-z]"  # f"{day:%-d %b}"
        r"|strftime\(|date_format\(|time_format\(|\.tzname\(|timesince|timeuntil|naturaltime"
        r"|\} ?(days?|hours?|minutes?|min|h)\b|counted\([^)]*[\"'](day|hour|minute)"
    )
    machine_readable = {
        "backups/operations.py",
        "search/keys.py",
        "messaging/operations/outbox.py",
    }
    allowed = {"core/times.py"} | machine_readable
    spots = {
        f"{path.relative_to(ROOT)}:{number}"
        for path in python_files()
        if str(path.relative_to(ROOT)) not in allowed
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if formats.search(line)
    }

    assert spots == set()


def test_every_template_compiles():
    for path in (ROOT / "templates").rglob("*"):
        if path.is_file():
            get_template(str(path.relative_to(ROOT / "templates")))


def test_templates_format_no_times_of_their_own():
    filters = re.compile(
        r"\|\s*(date|time|timesince|timeuntil|naturaltime|naturalday|localtime|utc|timezone)\b"
        r"|\{% now |\}\} ?(days?|hours?|minutes?|min)\b"
        r"|counted:.(day|hour|minute)"
    )
    pages = [path for path in (ROOT / "templates").rglob("*") if path.is_file()]

    assert pages
    assert [path.name for path in pages if filters.search(path.read_text())] == []
