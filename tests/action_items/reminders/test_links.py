"""Links in a reminder: their effect, use once, and refusals."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from accounts.models import Role
from action_items.models import ReminderAnswer
from action_items.reminders import links
from incidents.models import ActionItem, ActionItemChange
from messaging import composing
from messaging.models import Message
from tests.action_items.reminders.mornings import sent_digest, today
from tests.factories import NOON, ActionItemFactory, IncidentFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
DONE = {"evidence": "The alert fired in the drill.", "verified_by": "ana"}


@pytest.fixture
def item(ana) -> ActionItem:
    return ActionItemFactory(owner=ana, due_on=today() - DAY, title="Rotate the registry secret")


def link_of(answer: str, item: ActionItem, person, message: Message, **changed) -> str:
    """Return the path of a link in `message`."""
    choose = links.choose(item, to=person, message=message, today=message.day)
    assert choose is not None
    return _path(links.replace(choose, answer=links.Answer(answer), **changed).url)


def _path(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def paths_in(html: str) -> dict[str, str]:
    """Return the links of a digest with one line, by label."""
    found = re.findall(r'<a href="([^"]+/answer/[^"]+)"[^>]*>([^<]+)</a>', html)
    return {words: _path(url) for url, words in found}


def refusal(client: Client, path: str) -> str:
    """Return the page of a refused link, opened and then submitted."""
    asked, pressed = client.get(path), client.post(path, DONE)
    assert asked.status_code == pressed.status_code == 410
    return asked.content.decode()


def state_of(item: ActionItem) -> tuple:
    item.refresh_from_db()
    return item.status, item.owner_id, item.due_on, item.snoozed_until, item.version


def test_a_digest_carries_four_links_that_work_without_signing_in(client, ana, item):
    [digest] = sent_digest(ana)

    paths = paths_in(digest.alternatives[0][0])

    assert list(paths) == ["Done", "Snooze", "Reassign", "Won’t do"]
    assert {client.get(path).status_code for path in paths.values()} == {200}
    assert "sessionid" not in client.cookies


def test_opening_a_link_changes_nothing(client, ana, item):
    before = state_of(item)
    [digest] = sent_digest(ana)

    for path in paths_in(digest.alternatives[0][0]).values():
        client.get(path)
        client.head(path)

    assert state_of(item) == before
    assert not ReminderAnswer.objects.exists()


def test_done_asks_for_evidence_and_is_recorded_as_from_a_mail(client, ana, item):
    [digest] = sent_digest(ana)
    path = paths_in(digest.alternatives[0][0])["Done"]

    unanswered = client.post(path, {"evidence": "", "evidence_url": "", "verified_by": ""})
    answered = client.post(path, DONE)

    assert unanswered.status_code == 422
    assert "Enter evidence that it is done" in unanswered.content.decode()
    assert (answered.status_code, answered.url) == (302, path)
    item.refresh_from_db()
    assert (item.status, item.closed_by, item.verified_by) == ("done", ana, ana)
    change = ActionItemChange.objects.get(item=item, what="status")
    assert (change.by, change.via) == (ana, "mail")


def test_snoozing_offers_days_within_bounds_and_keeps_the_reason(client, ana, item):
    path = link_of("snooze", item, ana, sent_message(ana))

    form = client.get(path).content.decode()
    client.post(path, {"days": "3", "reason": "The vendor answers on Friday."})

    assert "One day" in form
    assert "A week" in form
    item.refresh_from_db()
    assert item.snoozed_until == today() + 3 * DAY
    assert ActionItemChange.objects.get(item=item).note == "The vendor answers on Friday."


def test_snoozing_accepts_only_the_offered_days(client, ana, item):
    path = link_of("snooze", item, ana, sent_message(ana))

    assert client.post(path, {"days": "300"}).status_code == 422
    assert state_of(item)[3] is None


def test_a_link_reassigns_to_a_person_or_a_team(client, ana, ben, item):
    path = link_of("reassign", item, ana, sent_message(ana))

    client.post(path, {"owner": "Ben Builder", "note": "You know the registry."})

    item.refresh_from_db()
    assert item.owner == ben


def test_a_link_reveals_only_names_of_ones_own_teams(client, ana, ben, rita, item):
    TeamFactory(name="Platform").members.add(ana, rita)
    path = link_of("reassign", item, ana, sent_message(ana))

    form = client.get(path).content.decode()
    wrong = client.post(path, {"owner": "Be"})

    assert "Rita Reviewer" in form
    assert "Ben Builder" not in form
    assert wrong.status_code == 422
    assert "Ben Builder" not in wrong.content.decode()


def test_declining_asks_for_reason_risk_and_day(client, ana, item):
    path = link_of("wont_do", item, ana, sent_message(ana))

    assert client.post(path, {"reason": "Too dear.", "accepted_risk": ""}).status_code == 422
    client.post(path, {"reason": "Too dear.", "accepted_risk": "It expires again."})

    item.refresh_from_db()
    assert (item.status, item.accepted_risk) == ("wont_do", "It expires again.")
    assert item.re_review_on is not None


def test_a_declined_item_is_kept_declined_or_reopened(client, ana):
    declined = {"status": "wont_do", "closed_at": timezone.now(), "closing_note": "Too dear."}
    declined |= {"accepted_risk": "It expires again.", "re_review_on": today() - DAY}
    kept, taken_up = ActionItemFactory.create_batch(2, owner=ana, **declined)
    message = sent_message(ana)

    client.post(link_of("still_not", kept, ana, message), {"accepted_risk": "", "note": "Looked."})
    client.post(link_of("reopen", taken_up, ana, message), {"due_on": str(today() + 9 * DAY)})

    kept.refresh_from_db()
    taken_up.refresh_from_db()
    assert kept.re_review_on > today()
    assert (taken_up.status, taken_up.due_on) == ("open", today() + 9 * DAY)


def test_a_request_for_a_decision_offers_a_new_date_instead_of_a_snooze(client, ana):
    item = ActionItemFactory(owner=ana, due_on=today() - 40 * DAY)
    [digest] = sent_digest(ana)

    paths = paths_in(digest.alternatives[0][0])
    client.post(paths["New date"], {"due_on": str(today() + DAY), "reason": "It was forgotten."})

    assert "Snooze" not in paths
    assert state_of(item)[2] == today() + DAY


def test_a_request_for_a_decision_offers_a_split(client, ana):
    item = ActionItemFactory(
        owner=ana, due_on=today() - 40 * DAY, title="Everything", priority="P1"
    )
    [digest] = sent_digest(ana)
    path = paths_in(digest.alternatives[0][0])["Split"]
    day = today() + DAY

    asked = client.get(path).content.decode()
    empty = client.post(path, {"into": " \n ", "due_on": str(day), "reason": "It is much."})
    client.post(path, {"into": "One half\n\n The other ", "due_on": str(day), "reason": "Much."})
    again = client.get(path).content.decode()

    assert "Split it into parts?" in asked
    assert str(item.due_on) not in asked
    assert empty.status_code == 422
    parts = item.parts.order_by("position")
    assert [part.title for part in parts] == ["One half", "The other"]
    assert {(part.owner, part.due_on, part.priority) for part in parts} == {(ana, day, "P1")}
    assert state_of(item)[2] == day
    assert "Split into parts" in again
    assert ActionItemChange.objects.get(item=item, what="due").via == "mail"


@pytest.mark.parametrize(("days_late", "is_part"), [(1, False), (40, True)])
def test_no_link_splits_a_part_or_an_item_without_a_decision_due(ana, days_late, is_part):
    item = ActionItemFactory(owner=ana, due_on=today() - days_late * DAY)
    item.parent = ActionItemFactory(incident=item.incident) if is_part else None
    item.save()
    [digest] = sent_digest(ana)

    assert "Split" not in paths_in(digest.alternatives[0][0])


def test_a_used_link_does_nothing_and_explains_it(client, ana, item):
    path = link_of("snooze", item, ana, sent_message(ana))
    client.post(path, {"days": "1"})
    before = state_of(item)

    again = client.post(path, {"days": "7"})
    page = client.get(path).content.decode()

    assert again.status_code == 200
    assert "Snoozed" in page
    assert "This link no longer works" in page
    assert state_of(item) == before
    assert ActionItemChange.objects.filter(item=item).count() == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"due_on": date(2030, 1, 7)}, "It is now due on 7 Jan 2030."),
        ({"owner": None}, "Reassigned to nobody in the meantime."),
        (
            {"status": "done", "closing_note": "There.", "closed_at": NOON},
            "It was closed in the meantime: done.",
        ),
    ],
)
def test_an_outdated_link_does_nothing_and_explains_why(client, ana, item, change, words):
    path = link_of("snooze", item, ana, sent_message(ana))
    ActionItem.objects.filter(pk=item.pk).update(**change)
    before = state_of(item)

    pressed = client.post(path, {"days": "1"})

    assert pressed.status_code == 410
    assert words in pressed.content.decode()
    assert state_of(item) == before


def test_all_invalid_links_get_the_same_page(client, signed_in, ana, ben, rita, item):
    message = sent_message(ana)
    path = link_of("done", item, ana, message)
    altered = link_of("done", item, ana, message).replace("done.", "wont_do.")
    of_another_mail = Message.objects.create(**_message_to(ben))
    gone = ActionItemFactory(owner=ana, due_on=item.due_on)
    to_gone = link_of("done", gone, ana, message)
    gone.delete()
    secret = ActionItemFactory(
        owner=ana, incident=IncidentFactory(visibility="restricted", title="Zanzibar", owner=rita)
    )
    wrong = {
        "altered": altered,
        "of nothing": "/answer/hello/",
        "of a mail to somebody else": link_of("done", item, ana, of_another_mail),
        "deleted": to_gone,
        "restricted": link_of("done", secret, ana, message),
    }
    old = sent_message(ana)
    Message.objects.filter(pk=old.pk).update(day=today() - 31 * DAY)
    wrong["expired"] = link_of("done", item, ana, old)

    pages = {name: refusal(client, address) for name, address in wrong.items()}
    ana.is_active = False
    ana.save()
    pages["of somebody who has left"] = refusal(client, path)

    assert len(set(pages.values())) == 1
    assert "This link no longer works" in pages["altered"]
    assert "Zanzibar" not in pages["restricted"]
    assert not ReminderAnswer.objects.exists()
    item.refresh_from_db()
    assert item.status == "open"


def test_somebody_elses_link_does_nothing(signed_in, ana, ben, item):
    path = link_of("done", item, ana, sent_message(ana))

    page = refusal(signed_in(ben), path)

    assert item.title not in page
    assert state_of(item)[0] == "open"


def test_the_recipient_may_be_signed_in(signed_in, ana, item):
    path = link_of("done", item, ana, sent_message(ana))

    assert signed_in(ana).post(path, DONE).status_code == 302
    assert state_of(item)[0] == "done"


def test_a_page_is_not_cached_or_indexed_and_sends_no_referrer(client, ana, item):
    path = link_of("done", item, ana, sent_message(ana))

    for answer in (client.get(path), client.get("/answer/hello/")):
        assert "no-store" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer["X-Robots-Tag"]


def test_a_browser_that_sends_no_origin_may_press_the_button(ana, item):
    path = link_of("done", item, ana, sent_message(ana))
    strict = Client(enforce_csrf_checks=True)

    assert strict.post(path, DONE, headers={"origin": "null"}).status_code == 302


def test_a_token_signed_for_another_purpose_is_refused(client, ana, item):
    token = signing.Signer().sign(f"done.{item.pk}.{ana.pk}.1.2026-03-02.person-{ana.pk}")

    assert client.get(f"/answer/{token}/").status_code == 410


def test_no_link_is_offered_without_permission_to_change_the_item(ana):
    cleo = UserFactory(username="cleo", role=Role.VIEWER)
    lead = UserFactory(username="lead", role=Role.VIEWER)
    TeamFactory(lead=lead).members.add(cleo)
    ActionItemFactory(owner=cleo, due_on=today() - 10 * DAY, title="Late")

    [digest] = sent_digest(lead)

    assert "Late" in digest.body
    assert "/answer/" not in digest.body
    assert "/answer/" not in digest.alternatives[0][0]


def test_the_text_has_one_link_per_item_to_a_page_with_all_answers(client, ana, item):
    [digest] = sent_digest(ana)

    [address] = re.findall(r"http\S+/answer/\S+", digest.body)
    page = client.get(_path(address)).content.decode()

    assert [words for words in ("Done", "Snooze", "Reassign", "Won’t do") if words in page] == [
        "Done",
        "Snooze",
        "Reassign",
        "Won’t do",
    ]


def test_links_of_an_old_digest_are_not_shown_in_the_inbox(ana, item):
    sent_digest(ana)
    message = Message.objects.get(recipient=ana)

    later = composing.compose(message, message.written_at + 31 * DAY)

    assert later is not None
    assert "/answer/" not in later.chat


def sent_message(person) -> Message:
    """Create a digest sent to `person` just now, with any contents."""
    return Message.objects.create(**_message_to(person))


def _message_to(person) -> dict:
    number = Message.objects.count() + 1
    return {
        **{"key": f"digest:{number}", "topic": "digest", "recipient": person, "route": "mail"},
        **{"message_id": f"<{number}@example.com>", "thread": "<t@example.com>"},
        **{"day": today(), "written_at": timezone.now(), "not_before": timezone.now()},
        **{"sent_at": timezone.now()},
    }
