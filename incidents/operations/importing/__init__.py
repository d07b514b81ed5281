"""Importing postmortems: a document becomes an incident, or the next state of one."""

from incidents.operations.importing.names import Names
from incidents.operations.importing.store import ImportRefused, problems_here, store

__all__ = ["ImportRefused", "Names", "problems_here", "store"]
