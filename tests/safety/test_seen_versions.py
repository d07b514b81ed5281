"""Every address that changes something knows what its reader saw, or has a reason not to."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from django.core.serializers import serialize
from django.test import Client
from django.urls import reverse

from action_items.models import FixCheck
from incidents.models import (
    ActionItem,
    ActionItemDependency,
    Incident,
    LinkState,
    PatternLink,
    RootCause,
    Section,
    TimelineEvent,
)
from incidents.operations import revisions
from likeness.models import SimilarityVerdict
from playbooks import operations as playbooks
from playbooks.content import PlaybookFields, StepFields
from playbooks.models import FailurePattern, Playbook
from recurrence.models import PlaybookRun
from tests.factories import (
    NOON,
    ActionItemFactory,
    DoneActionItemFactory,
    IncidentFactory,
    PatternFactory,
    PatternLinkFactory,
    PlaybookFactory,
    PlaybookRunFactory,
    RootCauseFactory,
    SectionFactory,
    TimelineEventFactory,
)
from tests.test_conventions import our_patterns

pytestmark = pytest.mark.django_db

READS = "It changes nothing."
ADDS = "It adds something, and touches nothing that was there."
OWN = "It is about the person alone, and nobody else changes it."
NAMED = "What it removes is never edited: the address names exactly what was seen."
AGAIN = "Doing it again, or after somebody else, changes nothing."

WITHOUT_A_VERSION = {
    **dict.fromkeys(
        ("home", "incident_list", "incident_archive_list", "incident_detail", "pattern_list"), READS
    ),
    **dict.fromkeys(("pattern_map", "pattern_detail", "follow_up", "markdown_preview"), READS),
    "similar_while_writing": READS,
    "component_list": READS,
    **dict.fromkeys(("incident_new", "section_new", "event_new", "root_cause_new"), ADDS),
    **dict.fromkeys(("pattern_new", "playbook_new", "playbook_use_new", "action_item_new"), ADDS),
    **dict.fromkeys(("attachment_upload", "channel_add", "team_channel_add", "holiday_add"), ADDS),
    "pattern_link_new": "It is refused where the pattern is already linked.",
    "section_keep_theirs": "It keeps a text as an earlier version, and the current one as it is.",
    "section_move": "It is relative to the current order, and pressing the other way undoes it.",
    "section_live": "It is merged, word by word, with what was written since.",
    "incident_live": "It tells what changed, and who is there.",
    "section_clash_choose": "It is refused where somebody has edited the passage since.",
    **dict.fromkeys(("saved_search_add", "saved_search_edit", "saved_search_delete"), OWN),
    **dict.fromkeys(("saved_search_feed_renew", "calendar_feed_new", "calendar_feed_renew"), OWN),
    **dict.fromkeys(("calendar_feed_delete", "profile", "tour_dismiss", "resume_discard"), OWN),
    "density_choose": OWN,
    **dict.fromkeys(("inbox_read_all", "inbox_message_read", "unsubscribe", "sign_in_link"), OWN),
    **dict.fromkeys(("holiday_delete", "channel_remove", "fix_check_take_back"), NAMED),
    "incident_restore": "Nobody can change an archived incident, and restoring again does nothing.",
    "action_item_stop_waiting": AGAIN,
    "action_item_wait": "It adds a link between two items, refused where that makes no sense.",
    "playbook_run_start": "An open run is joined; a step is ticked only with the right version.",
    "playbook_run_tick": "A run keeps its revision of the playbook. Ticking again changes nothing.",
    "playbook_run_attach": "It is refused where the run belongs to an incident already.",
    "channel_test": "It sends a test message, and changes nothing.",
    "sending_resume": AGAIN,
    "message_send_again": "Sending looks at the message's state at that moment.",
    "reminder_answer": "The link works once, and only while its item is as it was when sent.",
}

ITEM: dict[str, dict[str, Any]] = {
    "action_item_change": {"status": "blocked", "priority": "P1", "owner": "", "due_on": ""},
    "action_item_move": {"to": "blocked"},
    "action_item_edit": {"title": "New", "kind": "prevent", "priority": "P1", "size": ""},
    "action_item_complete": {"evidence": "Seen."},
    "action_item_decline": {"reason": "Too dear.", "accepted_risk": "A night."},
    "action_item_snooze": {"until": "2026-12-04"},
    "action_item_wake": {},
    "action_item_reassign": {"owner": "ben"},
    "action_item_redate": {"due_on": "2199-01-01", "reason": "Late."},
    "action_item_delete": {},
}
DONE_ITEM = {"action_item_reopen": {}, "action_item_keep_declined": {"note": "Still not."}}
POSTMORTEM = {
    "incident_publish": {},
    "incident_request_review": {},
    "incident_not_required": {"reason": "A drill."},
    "incident_archive": {},
    "incident_edit": {
        **{"title": "New", "severity": "SEV1", "environment": "production"},
        **{"visibility": "internal"},
    },
}
PARTS: dict[str, dict[str, Any]] = {
    "section_edit": {"title": "New", "kind": "summary", "body": "New."},
    "section_delete": {},
    "event_edit": {"text": "New.", "precision": "unknown", "kind": "action"},
    "event_delete": {},
    "root_cause_edit": {"text": "New.", "role": "root", "origin": "team"},
    "root_cause_delete": {},
    "pattern_link_edit": {"evidence": "New."},
    "pattern_link_decide": {"state": "dismissed"},
    "pattern_link_delete": {},
}
OTHERS = [
    *("action_item_bulk", "incident_reopen", "fix_check_answer", "incident_similar_decide"),
    *("pattern_suggestion_decide", "pattern_edit", "playbook_edit", "playbook_mark_reviewed"),
    *("playbook_doubt", "playbook_revision_restore", "playbook_run_finish", "playbook_run_discard"),
    *("playbook_archive", "playbook_unarchive", "pattern_archive", "pattern_unarchive"),
]
ELSEWHERE = {"reminder_policy": "tests/incidents/views/test_reminder_policy_page.py"}
WITH_A_VERSION = [*ITEM, *DONE_ITEM, *POSTMORTEM, *PARTS, *OTHERS]


def changing_views() -> set[str]:
    """The names of our views that answer a POST."""
    return {
        str(pattern.name)
        for pattern in our_patterns()
        if not any(
            only in inspect.getsource(inspect.unwrap(pattern.callback)).partition("def ")[0]
            for only in ("@require_safe", "@require_GET")
        )
    }


def test_a_new_address_says_how_it_knows_what_was_seen():
    known = {*WITH_A_VERSION, *WITHOUT_A_VERSION, *ELSEWHERE}

    assert changing_views() - known == set(), "Carry a version, or say above why none is needed."
    assert known - changing_views() == set(), "These do not exist any more."
    assert set(WITH_A_VERSION) & set(WITHOUT_A_VERSION) == set()


MODELS = (
    *(Incident, Section, TimelineEvent, RootCause, PatternLink, ActionItem, ActionItemDependency),
    *(FixCheck, PlaybookRun, Playbook, FailurePattern, SimilarityVerdict),
)


def everything() -> str:
    return "".join(serialize("json", model._base_manager.order_by("pk")) for model in MODELS)


@pytest.fixture
def scene(ana, ben) -> dict[str, Any]:
    """An incident of Ana's with one of everything, all of it saved by Ben."""
    incident = IncidentFactory(owner=ana)
    steps = (StepFields(title="Find it"),)
    said = PlaybookFields(title="Renew it", use_when="It expired.", steps=steps)
    playbook = playbooks.create_playbook(said, by=ben, at=NOON)
    changed = PlaybookFields(title="Renew it", use_when="It broke.", steps=steps)
    playbooks.edit_playbook(playbook, changed, base_version=1, by=ben, at=NOON)
    link = PatternLinkFactory(incident=incident, state=LinkState.CONFIRMED)
    earlier = IncidentFactory(occurred_at=NOON.replace(year=2020), occurred_precision="day")
    PatternLinkFactory(incident=earlier, pattern=link.pattern)
    found = {
        "incident": incident,
        "section": SectionFactory(incident=incident),
        "event": TimelineEventFactory(incident=incident),
        "root_cause": RootCauseFactory(incident=incident),
        "pattern_link": link,
        "action_item": ActionItemFactory(incident=incident),
        "declined": DoneActionItemFactory(incident=incident, status="wont_do"),
        "fix": DoneActionItemFactory(incident=earlier, closed_at=NOON.replace(year=2021)),
        "other": IncidentFactory(),
        "pattern": PatternFactory(),
        "playbook": playbook,
        "run": PlaybookRunFactory(playbook=playbook),
        "archived_pattern": PatternFactory(archived_at=NOON),
        "archived_playbook": PlaybookFactory(archived_at=NOON),
    }
    revisions.record(incident, by=ben, at=NOON, summary="First")
    return found


def other_request(name: str, scene: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    reference, playbook = scene["incident"].reference, scene["playbook"].slug
    steps = {"steps-TOTAL_FORMS": 0, "steps-INITIAL_FORMS": 0}
    requests: dict[str, tuple[list[Any], dict[str, Any]]] = {
        "action_item_bulk": ([], {"item": scene["action_item"].pk, "status": "blocked"}),
        "incident_reopen": ([reference], {}),
        "fix_check_answer": ([reference], {"item": scene["fix"].pk, "answer": "held"}),
        "incident_similar_decide": (
            [reference],
            {"other": scene["other"].reference, "verdict": "same"},
        ),
        "pattern_suggestion_decide": (
            [reference],
            {"slug": scene["pattern"].slug, "state": "confirmed"},
        ),
        "pattern_edit": (
            [scene["pattern"].slug],
            {"name": "New", "definition": "New.", "match_words": ""},
        ),
        "playbook_edit": ([playbook], {"title": "New", "use_when": "New.", "risk": "low"} | steps),
        "playbook_mark_reviewed": ([playbook], {}),
        "playbook_doubt": ([playbook], {"note": "It is gone."}),
        "playbook_revision_restore": ([playbook, 1], {}),
        "playbook_archive": ([playbook], {}),
        "playbook_unarchive": ([scene["archived_playbook"].slug], {}),
        "pattern_archive": ([scene["pattern"].slug], {}),
        "pattern_unarchive": ([scene["archived_pattern"].slug], {}),
        "playbook_run_finish": ([scene["run"].pk], {"outcome": "helped"}),
        "playbook_run_discard": ([scene["run"].pk], {}),
    }
    arguments, posted = requests[name]
    return reverse(name, args=arguments), posted


def request_of(name: str, scene: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The address of that name in the scene, and a valid form without a version."""
    if name in ITEM:
        return reverse(name, args=[scene["action_item"].pk]), ITEM[name]
    if name in DONE_ITEM:
        return reverse(name, args=[scene["declined"].pk]), DONE_ITEM[name]
    if name in POSTMORTEM:
        return reverse(name, args=[scene["incident"].reference]), POSTMORTEM[name]
    if name in PARTS:
        part = name.rpartition("_")[0]
        return reverse(name, args=[scene["incident"].reference, scene[part].pk]), PARTS[name]
    return other_request(name, scene)


@pytest.fixture
def without_a_version(omar, signed_in, scene) -> Callable[[str], Client]:
    def post(name: str) -> Any:
        if name == "incident_reopen":
            Incident.objects.filter(pk=scene["incident"].pk).update(status="in_review")
        address, posted = request_of(name, scene)
        before = everything()
        answer = signed_in(omar).post(address, posted, follow=True)
        assert everything() == before, f"{name} changed something that nobody has seen"
        return answer

    return post


SAYS_SO = (
    "since you open",
    "while you were writing",
    "changed meanwhile",
    "Nothing was overwritten",
)


@pytest.mark.parametrize("name", WITH_A_VERSION)
def test_without_a_version_nothing_is_done_and_the_page_says_so(name, without_a_version):
    answer = without_a_version(name)

    page = answer.content.decode()
    assert answer.status_code in (200, 409, 422)
    assert any(words in page for words in SAYS_SO), page
