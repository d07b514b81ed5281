"""Writing a section live: one request at a time of a browser tab, merged by the server."""

from __future__ import annotations

from typing import Any

from django.http import JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.requests import SignedInRequest
from core.after_commit import after_commit
from core.merging import Clash
from incidents import permissions
from incidents.models import SectionClash
from incidents.operations import clashes, live_text, unsaved_texts
from incidents.operations.clashes import Keep
from incidents.operations.live_text import Live, Sent
from incidents.operations.sections import SectionGone
from incidents.tasks import search_live_text
from incidents.views.live.requests import (
    Fields,
    Malformed,
    answered_in_json,
    refusal,
    visible_key,
)

_GONE = "Somebody removed this section while you were writing. Your text is kept."
_LARGEST_CHECKSUM = 2**32 - 1


@require_POST
@answered_in_json
def section_live(request: SignedInRequest, reference: str, pk: int) -> JsonResponse:
    """Merge the text that a tab sends into the section and return the section as it is then.

    Without a text, return the section. `{tab, seq, base, sum, text, title, base_title, base_text,
    clashes}`; see docs/writing.md.
    """
    incident = visible_key(request.user, reference)
    permissions.require(
        permissions.can_write(request.user), "You can read this incident but not edit it."
    )
    fields = Fields(request)
    seq, at = fields.number("seq"), timezone.now()
    sent = _sent(fields) if fields.text_or_none("text") is not None else None
    try:
        if sent is None:
            live = live_text.state(pk, incident=incident)
        else:
            live = live_text.write(pk, sent, incident=incident, by=request.user, at=at)
    except SectionGone as gone:
        if sent and unsaved_texts.keep(pk, sent, incident=incident, by=request.user, at=at):
            return refusal(410, "gone", _GONE, seq=seq)
        return refusal(410, "gone", str(gone), seq=seq)
    if live.needs_indexing:
        after_commit(_index_soon, incident.pk)
    is_as_sent = sent is not None and live.body == sent.text
    text = None if is_as_sent else live.body
    return JsonResponse(_state(pk, live) | {"seq": seq, "text": text, "at": at.isoformat()})


@require_POST
@answered_in_json
def section_clash_choose(
    request: SignedInRequest, reference: str, pk: int, number: int
) -> JsonResponse:
    """Settle clash `number` of the section by keeping `{keep: mine | theirs | both | base}`."""
    incident = visible_key(request.user, reference)
    keep = Fields(request).text("keep")
    if keep not in set(Keep):
        raise Malformed("“keep” must be mine, theirs, both or base.")
    needs_indexing = clashes.choose(
        number, Keep(keep), incident=incident, by=request.user, at=timezone.now()
    )
    if needs_indexing:
        after_commit(_index_soon, incident.pk)
    try:
        live = live_text.state(pk, incident=incident)
    except SectionGone as gone:
        return refusal(410, "gone", str(gone))
    return JsonResponse(_state(pk, live) | {"text": live.body})


def clashes_of(sections: list[int]) -> dict[int, list[dict[str, Any]]]:
    """Return the open clashes by section, as the script reads them."""
    found: dict[int, list[dict[str, Any]]] = {pk: [] for pk in sections}
    for clash in SectionClash.objects.filter(section__in=sections).select_related(
        "by", "theirs_by"
    ):
        found[clash.section_id].append(
            {
                "id": clash.pk,
                "start": clash.start,
                "end": clash.end,
                "base": clash.base,
                "mine": clash.mine,
                "theirs": clash.theirs,
                "by": str(clash.by or ""),
                "theirs_by": str(clash.theirs_by or ""),
            }
        )
    return found


def _state(pk: int, live: Live) -> dict[str, Any]:
    return {
        "version": live.version,
        "title": live.title,
        "clashes": clashes_of([pk])[pk] if live.has_clashes else [],
    }


def _sent(fields: Fields) -> Sent:
    return Sent(
        tab=fields.tab(),
        seq=fields.number("seq"),
        base=fields.number("base"),
        text=fields.text("text"),
        base_text=fields.text_or_none("base_text"),
        checksum=fields.number_or_none("sum", _LARGEST_CHECKSUM),
        title=fields.text_or_none("title"),
        base_title=fields.text("base_title"),
        clashes=tuple(_clash(each, len(fields.text("text"))) for each in fields.rows("clashes")),
    )


def _clash(fields: Fields, length: int) -> Clash:
    start, end = fields.number("start"), fields.number("end")
    if not start <= end <= length:
        raise Malformed("A clash is outside the text.")
    return Clash(start, end, *(fields.text(name) for name in ("base", "mine", "theirs")))


def _index_soon(incident: int) -> None:
    """Ask a worker to index the incident in two seconds, with all that is written until then."""
    search_live_text.apply_async([incident], countdown=2)
