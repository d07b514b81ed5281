"""A count of docstrings that open with a clause instead of a verb or a noun phrase."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

from tests.packages import PACKAGES, ROOT

MOST = 0.02
CLAUSE = re.compile(
    r"(What|Whatever|Whether|Those|Whoever|How|Where|That|Which|Who|Whose|When|Why|Such|Of|So)\b"
)


def test_fewer_than_one_docstring_in_fifty_opens_with_a_clause():
    documented, clauses = 0, Counter()
    for path, docstring in docstrings():
        documented += 1
        clauses[path] += bool(CLAUSE.match(docstring))

    worst = [f"{count} in {path}" for path, count in clauses.most_common(20) if count]
    assert clauses.total() < MOST * documented, "\n".join(worst)


def docstrings() -> Iterator[tuple[str, str]]:
    """Yield each docstring of the product, with the path of its file."""
    for package in (*PACKAGES, "bench", "script"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(
                    node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
                ) and (docstring := ast.get_docstring(node)):
                    yield str(path.relative_to(ROOT)), docstring
