"""The three-way merge: a table of cases, laws over generated texts, and its time."""

from __future__ import annotations

import json
import random
import re
import string
import time
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.merging import Clash, Merge, Vocabulary, changes, merge
from core.merging.diff import MOST_DIFFERENT, letter

CASES = json.loads((Path(__file__).parents[1] / "merge_cases.json").read_text())["cases"]

anything = st.text(
    alphabet=st.sampled_from("ab \n.,é\u0301👍🏽\u200d12:-'של中文\r\t"), max_size=60
) | st.text(max_size=40)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_case_of_the_table(case):
    merged = merge(case["base"], case["mine"], case["theirs"])

    assert merged == Merge(case["text"], tuple(Clash(**clash) for clash in case["clashes"]))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_sides_of_a_case_can_be_exchanged(case):
    merged = merge(case["base"], case["mine"], case["theirs"])

    exchanged = merge(case["base"], case["theirs"], case["mine"])

    assert sorted(tokens(exchanged.text)) == sorted(tokens(merged.text))
    assert [(c.base, c.theirs, c.mine) for c in exchanged.clashes] == [
        (c.base, c.mine, c.theirs) for c in merged.clashes
    ]


def tokens(text: str) -> list[str]:
    composed = unicodedata.normalize("NFC", text)
    return [token for token in Vocabulary().cut(composed).tokens if not token.isspace()]


def plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


@given(anything, anything)
def test_where_only_one_changed_the_text_is_that_one(base, changed):
    assert merge(base, changed, base) == Merge(plain(changed))
    assert merge(base, base, changed) == Merge(plain(changed))


@given(anything, anything)
def test_where_both_changed_alike_nothing_is_doubled(base, changed):
    assert merge(base, changed, changed) == Merge(plain(changed))


@given(anything, anything)
def test_changes_lead_from_one_text_to_the_other(before, after):
    words = Vocabulary()
    base, other = words.cut(plain(before)), words.cut(plain(after))
    assert "".join(base.tokens) == plain(before)

    at, made = 0, []
    for start, end, first, last in changes(base.ids, other.ids, words):
        made += base.ids[at:start] + other.ids[first:last]
        at = end
    made += base.ids[at:]

    assert made == other.ids


@given(anything, anything, anything)
def test_a_clash_names_where_it_is(base, mine, theirs):
    merged = merge(base, mine, theirs)

    last = 0
    for clash in merged.clashes:
        assert last <= clash.start < clash.end <= len(merged.text)
        assert clash.base in plain(base)
        assert clash.mine in plain(mine)
        assert clash.theirs in plain(theirs)
        last = clash.end


@given(anything, anything, anything)
def test_nothing_that_either_inserted_is_lost(base, mine, theirs):
    merged = Counter(merge(base, mine, theirs).text)

    kept = Counter(plain(base)) & Counter(plain(mine)) & Counter(plain(theirs))
    for side in (mine, theirs):
        inserted = Counter(plain(side)) - Counter(plain(base))
        missing = inserted - merged
        assert not [c for c in missing if c.isalnum()], (missing, kept)


def edited(base: list[str], changes_made: list[tuple[int, str]], name: str) -> list[str]:
    """`base` with words removed and others, that no other text has, inserted."""
    words = list(base)
    for number, (at, kind) in enumerate(changes_made):
        place = at % (len(words) + 1)
        if kind == "insert":
            words.insert(place, f"{name}{number}")
        elif place < len(words):
            del words[place : place + (4 if kind == "remove more" else 1)]
    return words


some_changes = st.lists(
    st.tuples(st.integers(0, 200), st.sampled_from(["insert", "insert", "remove", "remove more"])),
    max_size=12,
)
separators = st.sampled_from([" ", "\n", "\n\n", ", ", ". "])


def joined(words: list[str], between: list[str]) -> str:
    """The words with what stands behind each, which depends on the word alone."""
    return "".join(word + between[hash_of(word) % len(between)] for word in words)


def hash_of(word: str) -> int:
    return sum(map(ord, word))


@given(st.integers(0, 40), some_changes, some_changes, st.lists(separators, min_size=1, max_size=7))
def test_each_word_that_nobody_removed_is_there_once(size, mine, theirs, between):
    base = [f"w{number}" for number in range(size)]
    ours, others = edited(base, mine, "mine"), edited(base, theirs, "theirs")

    merged = merge(joined(base, between), joined(ours, between), joined(others, between))

    removed = (set(base) - set(ours)) | (set(base) - set(others))
    expected = (set(base) | set(ours) | set(others)) - removed
    assert sorted(re.findall(r"\w+", merged.text)) == sorted(expected)


@given(st.integers(0, 40), some_changes, some_changes)
def test_a_side_keeps_the_order_of_its_own_words(size, mine, theirs):
    base = [f"w{number}" for number in range(size)]
    ours, others = edited(base, mine, "mine"), edited(base, theirs, "theirs")

    merged = merge(" ".join(base), " ".join(ours), " ".join(others)).text.split()

    assert [word for word in merged if word in ours] == [word for word in ours if word in merged]


def prose(length: int, chance: random.Random, vocabulary: int = 3_000) -> str:
    words = ["".join(chance.choices(string.ascii_lowercase, k=6)) for _ in range(vocabulary)]
    ends = [" "] * 10 + [", ", ". ", "\n\n"]
    return "".join(chance.choice(words) + chance.choice(ends) for _ in range(length // 7))


def scattered(text: str, count: int, chance: random.Random) -> str:
    words = text.split(" ")
    for number in range(count):
        at = chance.randrange(len(words))
        words[at] = chance.choice([f"{words[at]} new{number}", f"other{number}", ""])
    return " ".join(words)


def hostile(shape: str, size: int) -> tuple[str, str, str]:
    """A base and two texts of about `size` characters, of a shape that is hard to compare."""
    chance = random.Random(7)
    equal = "x\n" * (size // 2)
    middle, third = size // 4 * 2, size // 6 * 2
    gaps = [
        " ".join(f"w{n} " + " ".join(chance.choices("abcd", k=100)) for n in range(size // 205))
        for _ in range(3)
    ]
    text = prose(size, chance)
    shapes = {
        "prose with few changes": (text, scattered(text, 5, chance), scattered(text, 5, chance)),
        "prose with many changes": (
            text,
            scattered(text, size // 300, chance),
            scattered(text, size // 300, chance),
        ),
        "everything replaced": tuple(prose(size, random.Random(n)) for n in range(3)),
        "removed while somebody wrote": (text, "kept", scattered(text, size // 100, chance)),
        "equal lines": (
            equal,
            f"first\n{equal[:middle]}new\n{equal[middle:]}",
            f"{equal[:third]}other\n{equal[third:]}last",
        ),
        "many equal lines added": (equal, equal[:middle] + equal, equal + equal[:third]),
        "alternating words": ("a b " * (size // 4), "b a " * (size // 4), "a a b " * (size // 6)),
        "one line without spaces": ("x" * size, "x" * size + "y", "z" + "x" * size),
        "random letters": tuple("".join(chance.choices("abcdefgh \n", k=size)) for _ in range(3)),
        "two words at random": tuple(
            "".join(chance.choices(["a ", "b "], k=size // 2)) for _ in range(3)
        ),
        "punctuation": tuple("".join(chance.choices(".,;:!?", k=size)) for _ in range(3)),
        "words in another order": tuple(
            " ".join(chance.sample([f"w{n}" for n in range(size // 6)], size // 6))
            for _ in range(3)
        ),
        "anchors with noise between": tuple(gaps),
        "blanks": (" " * size + "a", "\n" * size + "b", " \n" * (size // 2) + "c"),
        "every word changed apart": (
            "a " * (size // 2),
            "b " * (size // 2),
            "a c " * (size // 4),
        ),
    }
    return shapes[shape]


SHAPES = [
    "prose with few changes",
    "prose with many changes",
    "everything replaced",
    "removed while somebody wrote",
    "equal lines",
    "many equal lines added",
    "alternating words",
    "one line without spaces",
    "random letters",
    "two words at random",
    "punctuation",
    "words in another order",
    "anchors with noise between",
    "blanks",
    "every word changed apart",
]


def cost(shape: str, size: int, *, tries: int) -> float:
    """Return the processor's seconds that one merge takes, the best of `tries`."""
    texts = hostile(shape, size)
    spent = []
    for _ in range(tries):
        began = time.process_time()
        merge(*texts)
        spent.append(time.process_time() - began)
    return min(spent)


@pytest.mark.parametrize("shape", SHAPES)
def test_time_grows_no_faster_than_the_text(shape):
    small, large = cost(shape, 12_500, tries=2), cost(shape, 100_000, tries=1)

    # Eight times the text: about 10 for n · log n, doubled for noise. What takes next to nothing
    # has no curve.
    assert large < max(0.3, 20 * small)
    assert large < 4


def test_ten_thousand_equal_lines_are_compared_word_by_word():
    lines = ["The connection was reset."] * 10_000
    mine, theirs = list(lines), list(lines)
    mine[3_000] = "The connection was refused."
    theirs[7_000] = "The connection timed out."

    merged = merge("\n".join(lines), "\n".join(mine), "\n".join(theirs))

    both = list(lines)
    both[3_000], both[7_000] = mine[3_000], theirs[7_000]
    assert merged == Merge("\n".join(both))


def test_more_different_words_than_there_are_letters_are_compared_by_lines():
    numbers = [f"w{number}" for number in range(MOST_DIFFERENT + 100)]
    # Every word twice, so that none is an anchor.
    twice = [" ".join(numbers[at : at + 10]) for at in range(0, len(numbers), 10)] * 2
    lines = ["begin", *twice, "end"]
    other = ["first", *twice, "last"]
    here = lines[3_000].split()
    other[3_000] = " ".join(["other", *here[1:9], "other"])
    words = Vocabulary()
    base, changed = words.cut("\n".join(lines)), words.cut("\n".join(other))

    hunks = changes(base.ids, changed.ids, words)

    # Compared by words, the middle line would have two changes.
    assert [base.text(hunk.start, hunk.end) for hunk in hunks] == [
        lines[0],
        lines[3_000],
        lines[-1],
    ]


def test_a_letter_is_one_utf16_unit():
    letters = [letter(number) for number in range(MOST_DIFFERENT)]

    assert len(set(letters)) == MOST_DIFFERENT
    assert all(len(each.encode("utf-16-le")) == 2 for each in letters)


def test_texts_that_are_too_long_to_compare_lose_nothing():
    base = "a " * 200_000
    merged = merge(base, f"mine {base}", f"{base}theirs")

    assert merged.text.split() == ["mine", *base.split(), "theirs"]
