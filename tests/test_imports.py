"""No module imports itself through others, not even for its types."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.packages import PACKAGES, ROOT


def modules() -> dict[str, Path]:
    found = {}
    for package in (*PACKAGES, "bench"):
        for path in (ROOT / package).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if "migrations" not in parts:
                found[".".join(parts).removesuffix(".__init__")] = path
    return found


def imported(path: Path, known: dict[str, Path]) -> set[str]:
    """Return the modules in `known` that the file imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            members = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= members if members <= known.keys() else members | {node.module}
    return names & known.keys()


def circle(graph: dict[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def test_there_is_no_import_circle():
    known = modules()

    assert len(known) > 400
    assert circle({name: imported(path, known) - {name} for name, path in known.items()}) == []


@pytest.mark.parametrize("line", ["import b", "from b import x", "from . import c; import b"])
def test_a_circle_is_found(tmp_path, line):
    known = {name: tmp_path / f"{name}.py" for name in ("a", "b")}
    known["a"].write_text(f"def f():\n    {line}\n")
    known["b"].write_text("import a\n")

    assert set(circle({name: imported(path, known) for name, path in known.items()})) == {"a", "b"}
