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
