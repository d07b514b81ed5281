"""Importing postmortems: a document becomes an incident, or updates one."""

from incidents.operations.importing.names import Names
from incidents.operations.importing.source import Source
from incidents.operations.importing.store import ChangedHere, ImportRefused, problems_here, store

__all__ = ["ChangedHere", "ImportRefused", "Names", "Source", "problems_here", "store"]
