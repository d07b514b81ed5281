"""Free-form write-ups: Markdown, reStructuredText or plain text without our front matter.

Each module here recovers one thing from the text; `parse_writeup` combines them.
"""

from incidents.exchange.writeup.parse import parse_writeup

__all__ = ["parse_writeup"]
