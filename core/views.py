"""Pages that belong to no app."""

from __future__ import annotations

import re

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from core import markdown
from core.templatetags import ui

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


_SAMPLE = """Text with `code`, **weight** and [a link](#sample).

> A quotation.

1. One
2. Two

| Service | Errors |
|---|---:|
| checkout | 1,204 |

```console
$ kubectl get pods
No resources found
```
"""


def component_list(request: HttpRequest) -> HttpResponse:
    """Show maintainers each component in both themes. Raises PermissionDenied for others."""
    if not getattr(request.user, "is_staff", False):
        raise PermissionDenied("Only administrators see the components.")
    now = timezone.now()
    context = {
        "type_scale": ["tiny", "small", "ui", "row", "read", "h3", "h2", "page", "h1"],
        "tones": ["ink", "quiet", "accent", "red", "amber", "green"],
        "badges": [*ui.TONES, *ui.STATES],
        "alerts": ["info", "success", "warning", "danger"],
        "sample": _SAMPLE,
        "now": now,
        "today": timezone.localdate(now),
    }
    return render(request, "core/component_list.html", context)
