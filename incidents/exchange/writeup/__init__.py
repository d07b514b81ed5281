"""Write-ups in a form of their own: Markdown, reStructuredText or plain text without our format.

Each file here recovers one thing from the text; `parse_writeup` puts them together.
"""

from incidents.exchange.writeup.parse import parse_writeup

__all__ = ["parse_writeup"]
