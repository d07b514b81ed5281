"""Read-only numbers: of one incident, of playbooks, and of how promises are kept.

What is not recorded is unknown, never zero.
"""

from incidents.analytics.elapsed import UNUSUAL, Elapsed, elapsed
from incidents.analytics.follow_up import FollowUp, Scope, follow_up
from incidents.analytics.milestones import (
    Metric,
    PhaseBar,
    Segment,
    Stop,
    metrics,
    milestones,
    phase_bar,
)
from incidents.analytics.playbooks import Success, success_of
from incidents.analytics.state import state_of

__all__ = [
    "UNUSUAL",
    "Elapsed",
    "FollowUp",
    "Metric",
    "PhaseBar",
    "Scope",
    "Segment",
    "Stop",
    "Success",
    "elapsed",
    "follow_up",
    "metrics",
    "milestones",
    "phase_bar",
    "state_of",
    "success_of",
]
