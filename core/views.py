"""Pages that belong to no app."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from core import markdown

_CLASH_MARK = re.compile(r"^(<{7} [^\r\n]*|={7}|>{7} [^\r\n]*)\r?$", re.MULTILINE)


@require_POST
def markdown_preview(request: HttpRequest) -> HttpResponse:
    """Render a preview of the Markdown in `content`; refuse text over 1 MB with a message."""
    text = request.POST.get("content", "")
    if len(text) > markdown.MAX_LENGTH:
        return HttpResponse("This text is too long for a preview.", status=413)
    return HttpResponse(markdown.render(_with_marks_shown(text)))


def _with_marks_shown(text: str) -> str:
    """Two texts put together with the marks between them as they are typed: Markdown would take
    them for quotations and headings."""
    return _CLASH_MARK.sub(r"\n`\1`\n", text) if "<<<<<<< " in text else text


markdown_preview.holds_no_text = True  # type: ignore[attr-defined]  # the form itself is kept
