"""Earlier versions of playbooks, and reviews of their correctness."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from playbooks import operations, revisions
from playbooks.changes import steps_changed, what_changed
from playbooks.content import PlaybookFields, StepFields, playbook_fields
from playbooks.exchange import parse_playbook
from playbooks.models import Playbook
from tests.factories import NOON, PatternFactory, PlaybookFactory, PlaybookStepFactory

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)
TODAY = date(2026, 3, 2)
STEPS = (StepFields(title="Find it"), StepFields(title="Renew it"))
SAID = PlaybookFields(title="Renew it", use_when="It expired.", steps=STEPS)


@pytest.fixture
def playbook(ana):
    return operations.create_playbook(SAID, by=ana, at=NOON)


def edit(playbook, said, by, at=LATER):
    playbook.refresh_from_db()
    return operations.edit_playbook(playbook, said, base_version=playbook.version, by=by, at=at)


def history(playbook):
    return [(one.number, one.summary, one.saved_by) for one in playbook.revisions.all()]


def test_every_save_is_kept_with_who_and_what(playbook, ana, ben):
    steps = (STEPS[0], StepFields(title="Renew it", command="renew"))
    edit(playbook, replace(SAID, steps=steps, verify="It works."), ben)
    edit(playbook, replace(SAID, steps=steps, verify="It works."), ben)

    assert history(playbook) == [
        (2, "Changed how to verify; step 2 edited", ben),
        (1, "Written", ana),
    ]
    kept = parse_playbook(playbook.revisions.get(number=1).content)
    assert (kept.verify, kept.steps[1].command) == ("", "")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": "New"}, "Changed the title"),
        (
            {"title": "New", "risk": "high", "verify": "So."},
            "Changed the title, the risk and how to verify",
        ),
        ({"steps": STEPS[:1]}, "Step 2 removed"),
        ({"steps": STEPS[::-1], "risk": "high"}, "Changed the risk; step 1 moved after step 2"),
        ({"last_reviewed_on": TODAY}, "Confirmed as correct"),
    ],
)
def test_what_changed_is_said_in_a_sentence(change, words):
    assert what_changed(SAID, replace(SAID, **change)) == words


def steps(*titles):
    """Steps by title; “x!” is the step “x” with another text."""
    return [
        StepFields(
            title=title.rstrip("!"),
            command=3 * title.rstrip("!"),
            expected="edited" if title.endswith("!") else "",
        )
        for title in titles
    ]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("abcd", ["a", "b", "c", "d"], ""),
        (
            "abcdef",
            ["b", "a", "d!", "e", "f"],
            "step 3 removed, step 4 edited, step 1 moved after step 2",
        ),
        ("abcd", ["a", "c", "d"], "step 2 removed"),
        ("abcd", ["a", "b!", "c", "d!"], "steps 2 and 4 edited"),
        ("abcd", ["new", "a", "b", "c", "d"], "step 1 added"),
        ("abcd", ["d", "a", "b", "c"], "step 4 moved to the beginning"),
        ("abcd", ["b", "c", "a!", "d"], "step 1 edited, step 1 moved after step 3"),
        ("abcde", ["e", "d", "c", "b", "a"], "steps 1, 2, 3 and 4 moved"),
        ("ab", ["x", "y"], "steps 1 and 2 removed, steps 1 and 2 added"),
        ("", ["a"], "step 1 added"),
        ("aa", ["a"], "step 2 removed"),
    ],
)
def test_steps_are_compared_by_what_they_say(before, after, words):
    assert steps_changed(steps(*before), steps(*after)) == words


def test_a_step_with_a_new_title_is_recognised_by_its_text():
    old = StepFields(title="Look", command="kubectl get certificate -A", expected="Not ready.")

    assert steps_changed([old], [replace(old, title="Find the certificate")]) == "step 1 edited"


def test_the_page_of_a_revision_does_not_show_new_numbers_as_changes(playbook, ana, signed_in):
    edit(playbook, replace(SAID, steps=tuple(steps("a", "b", "c", "d"))), ana)
    edit(playbook, replace(SAID, steps=tuple(steps("b", "c", "d"))), ana)

    page = signed_in(ana).get(f"/playbooks/{playbook.slug}/revisions/3/").content.decode()

    assert "<p>Step 1 removed.</p>" in page
    assert "diff-added" not in page


def test_what_stood_before_revisions_were_kept_is_kept_by_the_first_change(ana):
    playbook = PlaybookFactory(title="Renew it", use_when="The old text.")

    edit(playbook, SAID, ana)

    assert [number for number, _, _ in history(playbook)] == [2, 1]
    assert "The old text." in playbook.revisions.get(number=1).content
    assert playbook.revisions.get(number=1).summary == revisions.BEFORE


def test_an_earlier_state_is_restored_and_the_later_one_stays_kept(playbook, ana, ben):
    edit(playbook, replace(SAID, use_when="Wrong.", steps=(), owner=ben), ben)
    playbook.refresh_from_db()

    operations.restore(playbook, playbook.revisions.get(number=1), base_version=2, by=ana, at=LATER)

    playbook.refresh_from_db()
    assert playbook_fields(playbook) == replace(SAID, owner=ben)
    assert history(playbook)[0] == (3, "Restored revision 1", ana)
    assert "Wrong." in playbook.revisions.get(number=2).content


def test_patterns_that_are_gone_do_not_come_back(playbook, ana):
    pattern = PatternFactory(slug="gone")
    edit(playbook, replace(SAID, patterns=frozenset({"gone"})), ana)
    pattern.delete()
    playbook.refresh_from_db()

    revision = playbook.revisions.get(number=2)
    operations.restore(playbook, revision, base_version=playbook.version, by=ana, at=LATER)

    assert not Playbook.objects.get().patterns.exists()


def test_restoring_overwrites_nothing_that_its_reader_has_not_seen(playbook, ana, ben):
    edit(playbook, replace(SAID, use_when="Ben’s."), ben)

    with pytest.raises(operations.StalePlaybook):
        operations.restore(
            playbook, playbook.revisions.get(number=1), base_version=1, by=ana, at=LATER
        )


def test_the_history_and_a_restored_state_on_pages(signed_in, playbook, ana, vera):
    edit(playbook, replace(SAID, use_when="Wrong."), ana)
    addresses = [reverse("playbook_revision_detail", args=["renew-it", n]) for n in (1, 2)]
    reader = signed_in(vera)

    listed = reader.get(reverse("playbook_revision_list", args=["renew-it"])).content.decode()
    first, last = (reader.get(address).content.decode() for address in addresses)

    assert "Changed when to use it" in listed
    assert "Show what changed" in first
    assert "Show what changed" not in last
    assert "Restore this" not in first
    restore = reverse("playbook_revision_restore", args=["renew-it", 1])
    assert reader.post(restore, {"version": 2}).status_code == 403
    signed_in(ana).post(restore, {"version": 2})
    playbook.refresh_from_db()
    assert playbook.use_when == "It expired."


def test_a_playbook_is_to_be_read_again_after_180_days(ana):
    never = PlaybookFactory()
    read = PlaybookFactory(last_reviewed_on=date(2026, 1, 1))
    soon = PlaybookFactory(last_reviewed_on=date(2026, 3, 1), review_by_on=date(2026, 3, 5))

    assert never.review_due_on == date(2026, 8, 29)
    assert read.review_due_on == date(2026, 6, 30)
    due = [(one.pk, one.due_on) for one in Playbook.objects.by_review()]
    assert due == [(one.pk, one.review_due_on) for one in (soon, read, never)]
    assert list(Playbook.objects.to_review(date(2026, 3, 4))) == []
    assert list(Playbook.objects.to_review(date(2026, 3, 5))) == [soon]


def test_a_review_keeps_to_the_time_that_was_set(playbook, ana):
    edit(
        playbook,
        replace(SAID, last_reviewed_on=date(2026, 1, 1), review_by_on=date(2026, 1, 31)),
        ana,
    )

    for _ in range(2):
        operations.mark_reviewed(playbook, today=TODAY, by=ana, at=LATER)

    playbook.refresh_from_db()
    assert (playbook.last_reviewed_on, playbook.review_by_on) == (TODAY, date(2026, 4, 1))
    assert len(history(playbook)) == 3


def test_a_doubt_stands_until_somebody_confirms(playbook, ana, ben, vera):
    operations.doubt(playbook, note="Step 2 is gone.", by=ben, at=LATER)

    playbook.refresh_from_db()
    assert (playbook.doubt, playbook.doubted_by, playbook.version) == ("Step 2 is gone.", ben, 1)
    assert list(Playbook.objects.to_review(TODAY)) == [playbook]
    with pytest.raises(PermissionDenied):
        operations.doubt(playbook, note="No.", by=vera, at=LATER)
    with pytest.raises(operations.NothingSaid):
        operations.doubt(playbook, note=" ", by=ana, at=LATER)

    operations.mark_reviewed(playbook, today=TODAY, by=ana, at=LATER)

    playbook.refresh_from_db()
    assert (playbook.doubt, playbook.doubted_at, playbook.doubted_by) == ("", None, None)


def test_a_playbook_that_nobody_confirmed_for_long_asks(signed_in, ana, vera):
    old = PlaybookFactory(last_reviewed_on=date(2020, 1, 1), last_reviewed_by=ana)
    fresh = PlaybookFactory(review_by_on=date(2999, 1, 1))

    asked = signed_in(ana).get(old.get_absolute_url()).content.decode()

    assert "Last reviewed on" in asked
    assert "Yes, still correct" in asked
    assert "Still correct?" not in signed_in(ana).get(fresh.get_absolute_url()).content.decode()
    assert "Yes, still correct" not in signed_in(vera).get(old.get_absolute_url()).content.decode()


def test_a_doubt_is_written_shown_and_ended_by_an_edit(signed_in, ana, vera):
    playbook = PlaybookFactory(title="Renew it", use_when="It expired.")
    PlaybookStepFactory(playbook=playbook, position=1, title="One")
    client = signed_in(ana)

    said = {"note": "The *tool* is gone.", "version": playbook.seen_version}
    client.post(reverse("playbook_doubt", args=[playbook.slug]), said)
    playbook.refresh_from_db()

    warned = signed_in(vera).get(playbook.get_absolute_url()).content.decode()
    assert "Outdated" in warned
    assert "<em>tool</em>" in warned
    assert "outdated" in client.get(reverse("playbook_list")).content.decode()
    posted = {"title": "Renew it", "use_when": "It expired!", "risk": "low", "version": 1}
    posted |= {"steps-TOTAL_FORMS": 0, "steps-INITIAL_FORMS": 0, "is_true": playbook.doubt_version}
    client.post(reverse("playbook_edit", args=[playbook.slug]), posted)
    playbook.refresh_from_db()
    assert (playbook.use_when, playbook.doubt, playbook.last_reviewed_by) == (
        *("It expired!", "", ana),
    )


def test_viewers_doubt_nothing(signed_in, vera):
    address = reverse("playbook_doubt", args=[PlaybookFactory().slug])

    assert signed_in(vera).get(address).status_code == 403
    assert signed_in(vera).post(address, {"note": "No."}).status_code == 403


def test_an_owner_is_told_what_to_read_again(signed_in, ana, ben):
    PlaybookFactory(owner=ana, title="Mine", last_reviewed_on=date(2020, 1, 1))
    PlaybookFactory(owner=ben, title="His", last_reviewed_on=date(2020, 1, 1))
    PlaybookFactory(owner=ana, title="Fresh", review_by_on=date(2999, 1, 1))
    client = signed_in(ana)

    assert "1 playbook of yours" in client.get(reverse("playbook_list")).content.decode()
    mine = client.get(reverse("playbook_list"), {"review": "mine"})
    due = client.get(reverse("playbook_list"), {"review": "due"})
    assert [card.title for card in mine.context["cards"]] == ["Mine"]
    assert [card.title for card in due.context["cards"]] == ["His", "Mine"]


def test_a_save_takes_few_queries_however_much_there_is(
    signed_in, ana, django_capture_on_commit_callbacks
):
    client = signed_in(ana)
    client.get("/profile/")

    def cost(name, playbook, posted, *more):
        address = reverse(name, args=[playbook.slug, *more])
        with (
            CaptureQueriesContext(connection) as queries,
            django_capture_on_commit_callbacks(execute=True),
        ):
            assert client.post(address, posted).status_code == 302
        quiet = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
        return sum(not query["sql"].startswith(quiet) for query in queries)  # DBG

    def seen(playbook):
        playbook.refresh_from_db()
        return {"version": playbook.seen_version}

    def costs(count):
        slugs = [PatternFactory().slug for _ in range(count)]
        steps = tuple(StepFields(title=f"Step {n}") for n in range(count))
        said = replace(SAID, title=f"With {count}", steps=steps, patterns=frozenset(slugs))
        playbook = operations.create_playbook(said, by=ana, at=NOON)
        form = {"title": said.title, "use_when": "New.", "risk": "low", "version": 1}
        form |= {"patterns": slugs, "steps-TOTAL_FORMS": count, "steps-INITIAL_FORMS": 0}
        form |= {f"steps-{n}-title": f"Other {n}" for n in range(count)}
        form |= {f"steps-{n}-ORDER": n + 1 for n in range(count)}
        return [
            cost("playbook_edit", playbook, form),
            cost("playbook_revision_restore", playbook, {"version": 2}, 1),
            cost("playbook_mark_reviewed", playbook, seen(playbook)),
            cost("playbook_doubt", playbook, {"note": "No.", **seen(playbook)}),
        ]

    one, three = costs(1), costs(3)

    assert one == three
    assert max(one) <= 20, one
