"""Figures on the follow-up of action items, for team leads."""

from action_items.follow_up.figures import FollowUp, Scope, follow_up

__all__ = ["FollowUp", "Scope", "follow_up"]
