"""The differences between two texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import text_diff
from core.text_diff import changes, sides
from tests.bounded import bounded


def shown(lines):
    marks = {"same": " ", "removed": "-", "added": "+", "gap": "…"}
    return [marks[line.kind] + "".join(piece.text for piece in line.pieces) for line in lines]


def test_only_what_changed_is_shown_with_the_lines_around_it():
    old = "\n".join(str(number) for number in range(20))
    new = old.replace("10", "ten")

    assert shown(changes(old, new, context=1)) == ["…", " 9", "-10", "+ten", " 11"]


def test_nothing_changed_is_nothing():
    assert changes("a\nb", "a\nb") == []


def test_changed_words_are_marked_inside_a_line():
    removed, added = changes("The alert fired late", "The alert fired early")

    assert [piece.text for piece in removed.pieces if piece.changed] == ["late"]
    assert [piece.text for piece in added.pieces if piece.changed] == ["early"]


def test_both_sides_stay_whole():
    theirs, yours = sides("one\ntwo", "one\n2\nthree")

    assert shown(theirs) == [" one", "-two"]
    assert shown(yours) == [" one", "+2", "+three"]


def test_changed_lines_are_paired_by_what_they_say_and_not_by_their_place():
    old = "The first line goes away.\nThe alert fired late at night.\nNobody looked at the board."
    new = "The alert fired early at night.\nSomebody looked at the board."

    lines = changes(old, new)

    marked = ["".join(piece.text for piece in line.pieces if piece.changed) for line in lines]
    assert shown(lines) == [
        "-The first line goes away.",
        "-The alert fired late at night.",
        "-Nobody looked at the board.",
        "+The alert fired early at night.",
        "+Somebody looked at the board.",
    ]
    assert marked == ["", "late", "Nobody", "early", "Somebody"]


LINES = st.lists(st.sampled_from(["a", "b", "c d", "", "e f g"]), max_size=12).map("\n".join)


@given(LINES, LINES)
def test_either_side_is_shown_whole(old, new):
    theirs, yours = sides(old, new)

    assert "\n".join(line[1:] for line in shown(theirs)) == old
    assert "\n".join(line[1:] for line in shown(yours)) == new
    assert [line for line in shown(theirs) if line[0] == " "] == [
        line for line in shown(yours) if line[0] == " "
    ]


@given(LINES, LINES, st.integers(0, 3))
def test_changes_show_all_that_was_removed_and_added(old, new, context):
    way = shown(changes(old, new, context=context))
    theirs, yours = (shown(side) for side in sides(old, new))

    assert [line for line in way if line[0] == "-"] == [line for line in theirs if line[0] == "-"]
    assert [line for line in way if line[0] == "+"] == [line for line in yours if line[0] == "+"]


@given(LINES, LINES)
def test_what_is_too_long_to_compare_in_full_is_still_shown_whole(old, new):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_diff, "_EFFORT", 30)
        test_either_side_is_shown_whole.hypothesis.inner_test(old, new)
        test_changes_show_all_that_was_removed_and_added.hypothesis.inner_test(old, new, 2)


def test_a_long_text_with_changes_everywhere_meets_in_its_unchanged_lines():
    old = [f"line {number} of the log" for number in range(10_000)]
    new = [line if number % 3 else f"{line} edited" for number, line in enumerate(old)]

    with bounded(6):
        theirs, yours = sides("\n".join(old), "\n".join(new))

    assert sum(line.kind == "same" for line in theirs) == 6_666
    assert sum(line.kind == "added" for line in yours) == 3_334


def everything(size: int) -> dict[str, tuple[str, str]]:
    numbers = [str(number) for number in range(size // 5)]
    return {
        "all lines differ": ("\n".join(numbers), "\n".join(f"x{number}" for number in numbers)),
        "lines in reverse": ("\n".join(numbers), "\n".join(reversed(numbers))),
        "one line over and over": ("a\n" * (size // 2), "a\n" * (size // 2 - 7) + "b"),
        "two lines in turns": ("a\nb\n" * (size // 4), "b\na\na\n" * (size // 6)),
        "empty lines": ("\n" * size, "x" + "\n" * size + "y"),
        "one long line of marks": ("!" * size, "?!" * (size // 2)),
        "one long line of words": (" ".join(numbers), " ".join(reversed(numbers))),
        "many lines of marks": (("-" * 99 + "\n") * (size // 100), ("-+" * 50 + "\n") * 99),
        "long lines of marks": (("-" * 1_900 + "\n") * (size // 2_000), ("-+" * 950 + "\n") * 150),
        "a few lines in two orders": (
            "\n".join(str(number * number % 211) for number in range(size // 5)),
            "\n".join(str(number * 7 % 211) for number in range(size // 5)),
        ),
        "every other line": ("a\nb\n" * (size // 4), "a\nc\n" * (size // 4)),
    }


@pytest.mark.parametrize("name", everything(100))
def test_comparing_takes_bounded_time(name):
    old, new = everything(250_000)[name]

    with bounded(6):
        changes(old, new)
    with bounded(6):
        sides(old, new)
