"""What is wrong with a file, and where."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Problem:
    """Something to tell the person who imports a file. `line` counts from 1; None: the whole file.

    A file with a problem that is not a `warning` is not imported.
    """

    line: int | None
    message: str
    warning: bool = False


def fatal(problems: list[Problem] | tuple[Problem, ...]) -> bool:
    """Whether a file with these problems is refused."""
    return any(not problem.warning for problem in problems)


@dataclass
class Problems:
    """The problems of one file, as they are found."""

    found: list[Problem] = field(default_factory=list)

    def error(self, line: int | None, message: str) -> None:
        self.found.append(Problem(line, message))

    def warn(self, line: int | None, message: str) -> None:
        self.found.append(Problem(line, message, warning=True))

    def in_order(self) -> tuple[Problem, ...]:
        """By line, what concerns the whole file first."""
        return tuple(sorted(self.found, key=lambda problem: problem.line or 0))
