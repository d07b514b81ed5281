"""What differs between two texts."""

from core.text_diff import changes, sides


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
