from search.models.document import Document, DocumentQuerySet, Kind, Passages, Word
from search.models.saved_search import SavedSearch
from search.models.synonym import Synonym

__all__ = [
    "Document",
    "DocumentQuerySet",
    "Kind",
    "Passages",
    "SavedSearch",
    "Synonym",
    "Word",
]
