from search.models.document import Document, DocumentQuerySet, Kind, Passages
from search.models.ended_feed import EndedFeed
from search.models.saved_search import SavedSearch
from search.models.synonym import Synonym
from search.models.word import KeyStatistic, Word

__all__ = [
    "Document",
    "DocumentQuerySet",
    "EndedFeed",
    "KeyStatistic",
    "Kind",
    "Passages",
    "SavedSearch",
    "Synonym",
    "Word",
]
