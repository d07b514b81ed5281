"""The history of a postmortem."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.requests import SignedInRequest
from core import text_diff
from incidents.models import Edition
from incidents.views.page import visible_incident

ON_A_PAGE = 50


@require_GET
def revision_list(request: SignedInRequest, reference: str) -> HttpResponse:
    """List the revisions of the postmortem, the newest first."""
    incident = visible_incident(request.user, reference)
    kept = (
        incident.revisions.defer("content")
        .select_related("saved_by")
        .prefetch_related("written_with")
    )
    page = Paginator(kept, ON_A_PAGE).get_page(request.GET.get("page"))
    published = set(
        Edition.objects.filter(revision__in=[revision.pk for revision in page]).values_list(
            "revision_id", flat=True
        )
    )
    stretches = incident.stretches.select_related("person") if incident.writing_since else []
    context = {
        "incident": incident,
        "page": page,
        "published": published,
        "writers": [stretch.person for stretch in stretches],
        "nav": "incidents",
    }
    return render(request, "incidents/revision_list.html", context)


@require_GET
def revision_detail(request: SignedInRequest, reference: str, number: int) -> HttpResponse:
    """Show one revision: its changes, and its full text."""
    incident = visible_incident(request.user, reference)
    revision = get_object_or_404(incident.revisions.select_related("saved_by"), number=number)
    around = incident.revisions.filter(number__in=(number - 1, number + 1))
    beside = {other.number: other for other in around}
    before = beside.get(number - 1)
    facts, text = split_front_matter(revision.content)
    context = {
        "incident": incident,
        "revision": revision,
        "before": before,
        "after": beside.get(number + 1),
        "changes": text_diff.changes(before.content, revision.content) if before else [],
        "facts": facts,
        "text": text,
        "editions": revision.editions.select_related("published_by"),
        "nav": "incidents",
    }
    return render(request, "incidents/revision_detail.html", context)


def split_front_matter(content: str) -> tuple[str, str]:
    """Split a file in the interchange format into front matter and Markdown."""
    if not content.startswith("---\n"):
        return "", content
    facts, _, text = content.removeprefix("---\n").partition("\n---\n")
    return facts, text
