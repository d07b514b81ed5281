from search.models.document import Document, DocumentQuerySet, Kind, Passages, Word

__all__ = ["Document", "DocumentQuerySet", "Kind", "Passages", "Word"]
