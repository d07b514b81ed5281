"""Find the tests that read the clock, by themselves or by what they use.

Found in the source: a function reads the clock if it calls one, or names a function that does.
Fixtures count, since a test names them among its arguments.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parent
CLOCKS = {"now", "today", "utcnow", "localdate", "localtime", "gmtime", "time", "time_ns"}
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def clocks_called(tree: ast.AST) -> Iterator[ast.Call]:
    """Return the calls in `tree` that ask a clock, `timezone.localdate()` but not `time(12, 0)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and is_a_clock(node):
            yield node


def is_a_clock(call: ast.Call) -> bool:
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    of_a_moment = call.args and name in {"localtime", "localdate", "gmtime", "time"}
    return name in CLOCKS and not of_a_moment


def read_at_import(tree: ast.AST) -> Iterator[str]:
    """Return the clocks that a module reads when it is imported, before any test has begun."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            when_defined = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
            decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
            for part in (*when_defined, *decorators):
                yield from read_at_import(ast.Expression(part))
            continue
        if isinstance(node, ast.Call) and is_a_clock(node):
            yield f"{ast.unparse(node.func)}() in line {node.lineno}"
        yield from read_at_import(node)


@functools.cache
def readers() -> set[tuple[Path, str]]:
    """Return the functions, fixtures and classes that read the clock: file and name."""
    modules = {path: ast.parse(path.read_text()) for path in TESTS.rglob("*.py")}
    functions = {
        (path, node.name): node
        for path, tree in modules.items()
        for node in tree.body
        if isinstance(node, Function)
    }
    found = {key for key, node in functions.items() if any(clocks_called(node))}
    uses = {
        (path, name): {(where, used) for used in _named_in(node) for where in _homes(path, modules)}
        | {(where, used) for where, used in _imported(modules[path]) if used in _named_in(node)}
        for (path, name), node in functions.items()
    }
    while more := {key for key, used in uses.items() if used & found} - found:
        found |= more
    return found


def _homes(path: Path, modules: dict[Path, ast.Module]) -> list[Path]:
    """Return the files whose names a test in `path` may use: its own, and each conftest above."""
    return [path, *(up / "conftest.py" for up in path.parents if up / "conftest.py" in modules)]


def _imported(tree: ast.Module) -> Iterator[tuple[Path, str]]:
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("tests."):
            where = TESTS.joinpath(*str(node.module).split(".")[1:]).with_suffix(".py")
            yield from ((where, alias.name) for alias in node.names)


def _named_in(function: Function) -> set[str]:
    """Return the names that a function uses, its fixtures among them."""
    return {
        node.id if isinstance(node, ast.Name) else node.arg
        for node in ast.walk(function)
        if isinstance(node, ast.Name | ast.arg)
    }
