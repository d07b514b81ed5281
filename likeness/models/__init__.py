from likeness.models.features import IncidentFeatures, PatternFeedback, Posting, TermCount
from likeness.models.verdict import SimilarityVerdict, Verdict

__all__ = [
    "IncidentFeatures",
    "PatternFeedback",
    "Posting",
    "SimilarityVerdict",
    "TermCount",
    "Verdict",
]
