from likeness.views.likeness import (
    incident_similar,
    incident_similar_decide,
    pattern_suggestion_decide,
    pattern_suggestions,
    similar_while_writing,
)

__all__ = [
    "incident_similar",
    "incident_similar_decide",
    "pattern_suggestion_decide",
    "pattern_suggestions",
    "similar_while_writing",
]
