"""The licence check of what is shipped."""

from __future__ import annotations

from importlib.machinery import SourceFileLoader
from importlib.metadata import Distribution
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent


def load_script():
    loader = SourceFileLoader("licences", str(ROOT / "script" / "licences"))
    module = module_from_spec(spec_from_loader("licences", loader))
    loader.exec_module(module)
    return module


licences = load_script()


def package(folder: Path, *lines: str) -> Distribution:
    info = folder / "thing-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("\n".join(["Metadata-Version: 2.4", "Name: thing", *lines]))
    return Distribution.at(info)


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("GPL-2.0-or-later", False),
        ("AGPL-3.0-only", False),
        ("GPL-3.0-only OR MIT", True),
        ("MIT AND GPL-3.0-only", False),
        ("MIT AND (GPL-3.0-only OR BSD-3-Clause)", True),
        ("(MIT OR GPL-3.0-only) AND AGPL-3.0-only", False),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("GPL-2.0-only WITH Classpath-exception-2.0", False),
        ("MIT OR", False),
        ("(MIT", False),
        ("MIT MIT", False),
        ("", False),
        ("unknown", False),
    ],
)
def test_an_expression_is_allowed_where_it_lets_us_ship(expression, allowed):
    assert licences.is_allowed(expression) is allowed


@pytest.mark.parametrize(
    ("lines", "read", "allowed"),
    [
        (["License-Expression: Apache-2.0 OR MIT"], "Apache-2.0 OR MIT", True),
        (["License: New BSD"], "BSD-3-Clause", True),
        (["License: MIT, BSD"], "MIT AND BSD-3-Clause", True),
        (
            ["License: Dual", "Classifier: License :: OSI Approved :: MIT License"],
            "MIT",
            True,
        ),
        (
            [
                "Classifier: License :: OSI Approved",
                "Classifier: License :: OSI Approved :: MIT License",
                "Classifier: License :: OSI Approved :: GNU General Public License (GPL)",
            ],
            "MIT AND (GNU General Public License (GPL))",
            False,
        ),
        (["License: Whatever you like"], "Whatever you like", False),
        ([], "unknown", False),
    ],
)
def test_a_licence_is_read_from_what_a_package_says_of_itself(lines, read, allowed, tmp_path):
    found = licences.licence_of(package(tmp_path, *lines))

    assert found == read
    assert licences.is_allowed(found) is allowed


def test_what_requirements_require_in_turn_is_shipped_as_well():
    found = licences.installed([Requirement("celery[redis]")])

    assert {"celery", "kombu", "redis"} <= set(found)
    assert "pytest" not in found


def test_everything_that_is_shipped_has_an_allowed_licence(capsys):
    result = licences.main()

    told = capsys.readouterr().out
    assert result == 0, told.splitlines()[-1]
    assert "\n  psycopg: LGPL-3.0-only\n" in told
    assert "\n  htmx.org: 0BSD\n" in told
    assert told.index("Development tools") < told.index("\n  djlint: GPL-3.0-or-later\n")


def test_a_package_under_another_licence_fails_the_check(monkeypatch, capsys):
    monkeypatch.setattr(licences, "ALLOWED", licences.ALLOWED - {"0BSD"})

    assert licences.main() == 1
    assert "May not be shipped:" in capsys.readouterr().out
