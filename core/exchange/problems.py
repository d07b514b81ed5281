"""Problems found in a file, with their lines."""

from __future__ import annotations

from dataclasses import dataclass, field

MOST_LISTED = 200


@dataclass(frozen=True)
class Problem:
    """Something to tell the person who imports a file. `line` counts from 1; None: the whole file.

    A file with a problem that is not a `warning` is not imported.
    """

    line: int | None
    message: str
    warning: bool = False


def fatal(problems: list[Problem] | tuple[Problem, ...]) -> bool:
    """Tell whether a file with these problems is refused."""
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
        """Sort problems by line, those of the whole file first. Beyond a limit, count the rest."""
        found = sorted(self.found, key=lambda problem: problem.line or 0)
        if len(found) <= MOST_LISTED:
            return tuple(found)
        errors = [problem for problem in found if not problem.warning]
        warnings = [problem for problem in found if problem.warning]
        listed = errors[:MOST_LISTED]
        listed += warnings[: MOST_LISTED - len(listed)]
        rest = Problem(None, f"{len(found) - len(listed):,} more are not listed.", warning=True)
        return (*sorted(listed, key=lambda problem: problem.line or 0), rest)
