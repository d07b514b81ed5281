"""Postmortems as files: parse and render, no HTTP, writing nothing."""

from incidents.exchange.render import render_incident

__all__ = ["render_incident"]
