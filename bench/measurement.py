"""The time that a page or an engine takes, beside a bare view."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Measured:
    """Times of one request and of the bare view at the same moments: seconds, in order."""

    name: str
    targets: tuple[float | None, float | None] = (None, None)
    took: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    processor: float = 0  # ratio of the time on a processor, the database's included
    failure: str = ""

    def ratios(self) -> tuple[float, float]:
        """p50 and p95, in times of the bare view's median."""
        bare, took = statistics.median(self.bare), sorted(self.took)
        return statistics.median(took) / bare, took[
            min(int(len(took) * 0.95), len(took) - 1)
        ] / bare

    def best(self) -> float:
        """The tenth part of both that was fastest: what it costs when nothing else runs."""

        def tenth(values: list[float]) -> float:
            return sorted(values)[len(values) // 10]

        return tenth(self.took) / tenth(self.bare)

    def as_json(self) -> dict[str, Any]:
        if self.failure:
            return {"name": self.name, "failure": self.failure}
        p50, p95 = self.ratios()
        milliseconds = statistics.median(self.took) * 1000
        return {
            **{"name": self.name, "p50": round(p50, 2), "p95": round(p95, 2)},
            **{"best": round(self.best(), 2), "processor": round(self.processor, 2)},
            **{"targets": self.targets, "ms": round(milliseconds, 3), "rounds": len(self.took)},
        }
