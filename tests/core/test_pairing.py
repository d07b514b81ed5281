"""Parts of two versions are paired by what they say."""

from hypothesis import given
from hypothesis import strategies as st

from core.pairing import Part, in_order, moved, pairs
from tests.bounded import bounded

words = st.lists(st.sampled_from(["a", "b", "c d", "c e", "f"]), max_size=7)


def parts(texts):
    return [Part(text, text) for text in texts]


@given(words, words)
def test_each_part_is_paired_at_most_once(old, new):
    found = pairs(parts(old), parts(new))

    assert len(set(found.values())) == len(found)
    assert all(old[a] == new[b] or set(old[a]) & set(new[b]) for a, b in found.items())
    assert pairs(parts(old), parts(old)) == {index: index for index in range(len(old))}


@given(st.permutations(range(7)))
def test_without_what_moved_the_rest_is_in_order(order):
    found = dict(enumerate(order))

    rest = [found[old] for old in sorted(found) if old not in moved(found)]

    assert rest == sorted(rest)


def test_one_part_that_moved_is_one_move():
    assert moved({0: 3, 1: 0, 2: 1, 3: 2}) == {0}


@given(words, words)
def test_lines_side_by_side_hold_every_line_once_and_in_order(old, new):
    rows = in_order(old, new)

    assert [a for a, _ in rows if a is not None] == list(range(len(old)))
    assert [b for _, b in rows if b is not None] == list(range(len(new)))


def test_thousands_of_parts_take_bounded_time():
    old = parts(f"step {n} says {n * 7}" for n in range(3_000))
    new = parts(f"other {n} tells {n * 11}" for n in range(3_000))

    with bounded(5):
        pairs(old, new)
        in_order([part.text for part in old], [part.text for part in new])
