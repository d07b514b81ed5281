from likeness.views.similar import (
    incident_similar,
    incident_similar_decide,
    similar_while_writing,
)
from likeness.views.suggestions import pattern_suggestion_decide, pattern_suggestions

__all__ = [
    "incident_similar",
    "incident_similar_decide",
    "pattern_suggestion_decide",
    "pattern_suggestions",
    "similar_while_writing",
]
