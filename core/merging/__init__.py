"""Three-way merge of texts, word by word: nothing written is lost, and clashes are data.

A twin in JavaScript can follow it step by step: `tests/core/merge_cases.json` holds the cases that
both have to pass. Nothing here depends on the machine's speed, so both give the same text.
"""

from core.merging.diff import Hunk, changes
from core.merging.merge import Clash, Merge, merge
from core.merging.positions import moved
from core.merging.tokens import Tokens, Vocabulary

__all__ = ["Clash", "Hunk", "Merge", "Tokens", "Vocabulary", "changes", "merge", "moved"]
