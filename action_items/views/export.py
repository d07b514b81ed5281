"""Export of the action items in the list as a spreadsheet."""

from __future__ import annotations

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.requests import SignedInRequest
from action_items.exchange import spreadsheet
from action_items.views import choices, filters
from action_items.views.item_list import asked_for
from incidents.models import ActionItem

CHUNK = 500


@require_GET
def action_item_export(request: SignedInRequest) -> StreamingHttpResponse:
    """Return all items matching the address, in its order, as CSV."""
    today = timezone.localdate()
    asked = asked_for(request, choices.choices(request.GET, request.user), today)
    found = filters.apply(asked, ActionItem.objects.visible_to(request.user), request.user, today)
    shown = filters.in_order(asked, found).select_related(
        "incident", "owner", "owner_team", "closed_by", "verified_by"
    )
    answer = StreamingHttpResponse(
        spreadsheet.lines(shown.iterator(chunk_size=CHUNK)), spreadsheet.CONTENT_TYPE
    )
    name = f"action-items-{today.isoformat()}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
