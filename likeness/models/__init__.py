from likeness.models.features import Lesson, Portrait, Posting, TermCount
from likeness.models.verdict import Resemblance, Verdict

__all__ = [
    "Lesson",
    "Portrait",
    "Posting",
    "Resemblance",
    "TermCount",
    "Verdict",
]
