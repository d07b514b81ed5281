"""Failure patterns and playbooks as files (docs/interchange.md): no HTTP, writing nothing."""

from playbooks.exchange.patterns import (
    PATTERN_FORMAT,
    ParsedPattern,
    parse_pattern,
    pattern_of,
    render_pattern,
)
from playbooks.exchange.playbooks import (
    PLAYBOOK_FORMAT,
    ParsedPlaybook,
    document_of,
    parse_playbook,
    playbook_of,
    render_playbook,
    write_playbook,
)

__all__ = [
    "PATTERN_FORMAT",
    "PLAYBOOK_FORMAT",
    "ParsedPattern",
    "ParsedPlaybook",
    "document_of",
    "parse_pattern",
    "parse_playbook",
    "pattern_of",
    "playbook_of",
    "render_pattern",
    "render_playbook",
    "write_playbook",
]
