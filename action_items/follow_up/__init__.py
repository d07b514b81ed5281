"""Figures of how action items are followed up, for those who answer for them."""

from action_items.follow_up.figures import FollowUp, Scope, follow_up

__all__ = ["FollowUp", "Scope", "follow_up"]
