"""Pages that belong to no app."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from core import markdown


@require_POST
def markdown_preview(request: HttpRequest) -> HttpResponse:
    """What the Markdown in `content` will look like. Text over 1 MB is answered with a sentence."""
    text = request.POST.get("content", "")
    if len(text) > markdown.MAX_LENGTH:
        return HttpResponse("This text is too long to show a preview of it.", status=413)
    return HttpResponse(markdown.render(text))


markdown_preview.holds_no_text = True  # type: ignore[attr-defined]  # the form itself is kept
