from likeness.models.portrait import Lesson, Portrait, Posting, TermCount
from likeness.models.resemblance import Resemblance, Verdict

__all__ = [
    "Lesson",
    "Portrait",
    "Posting",
    "Resemblance",
    "TermCount",
    "Verdict",
]
