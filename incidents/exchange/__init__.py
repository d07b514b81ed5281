"""Postmortems as files: parsing and rendering, without HTTP and without writing to the database."""

from incidents.exchange.documents import ParsedPostmortem, Problem
from incidents.exchange.parse import parse
from incidents.exchange.render import render, render_incident
from incidents.exchange.stored import document_of, documents_of, names_on

__all__ = [
    "ParsedPostmortem",
    "Problem",
    "document_of",
    "documents_of",
    "names_on",
    "parse",
    "render",
    "render_incident",
]
