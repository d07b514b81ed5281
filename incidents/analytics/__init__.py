"""Read-only figures of incidents. A fact that is not recorded is unknown, never zero."""

from incidents.analytics.elapsed import UNUSUAL, Elapsed, elapsed
from incidents.analytics.milestones import (
    Metric,
    PhaseBar,
    Segment,
    Stop,
    metrics,
    milestones,
    phase_bar,
)
from incidents.analytics.state import state_of

__all__ = [
    "UNUSUAL",
    "Elapsed",
    "Metric",
    "PhaseBar",
    "Segment",
    "Stop",
    "elapsed",
    "metrics",
    "milestones",
    "phase_bar",
    "state_of",
]
