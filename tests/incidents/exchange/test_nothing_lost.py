"""Completeness of parsing: every word of a file is in its incident or in the report."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import asdict, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.exchange.files import Unreadable, decode
from core.text import words_in
from incidents.exchange import document_of, parse, render
from incidents.exchange.documents import ParsedPostmortem
from incidents.operations import importing
from incidents.operations.importing.run import parse_any
from tests.factories import NOON
from tests.incidents.exchange.test_parse import FILE

KEYS = ["title", "date", "authors", "author", "url", "canonical", "severity", "x-y", "Title"]
VALUES = [
    *("Disk full", "2019-02-25", "2019-02-25T10:00:00Z # roughly", "@kim", "A: the sequel", "yes"),
    *("[a, b]", "{a: b}", "{a: b", "*x", "&x y", "!tag z", r'"q \u00e9 \uD800"', "'it''s'", "|"),
    *("https://example.com/a?b=c", "null", "~", "", "1e9", "007", "\u2028 line", "\x07 bell", ">-"),
    *("9999-12-31", "0000-00-00", "%x", "`code`", "<none>:<none>", "- dash", "? mark", "# all"),
    "a" * 250,
]
BODY = [
    *("# Outage of <none>", "# [A link](https://example.com/x) {#id .c}", "## Summary", "Heading"),
    *("===", "---", "## Timeline", "- 11:21 it began", "Root cause: a disk", "**Impact**", ""),
    *("__Bold__: so", "```sh", "```", "~~~", "# in code", "| a | b |", "|---|---|", "> quoted", ""),
    *("[ref]: https://e.com", "<!-- a comment -->", "<b>bold</b> text", '![alt](x.png "t")', ""),
    *("Summary", "-------", "    code", "# " + "long " * 80, "## " + "w " * 150, "#no heading"),
    *("###### six ######", "+++", "\ttab", "é 🔥 ß İ", "\x0c form feed", "\u202e right to left"),
    *("\u0085 next", "a\u00a0b", ":::note", "{% raw %}", "***"),
]
TOML = ['"a b"', "'c'", "2019-02-25", "@x", "[", "1" * 9]
value = st.one_of(st.sampled_from(VALUES), st.text(max_size=12))
matter_line = st.one_of(
    st.tuples(st.sampled_from(KEYS), value).map(": ".join),
    st.tuples(st.sampled_from(["- ", "  - ", "  ", "\t", "# ", "    k: "]), value).map("".join),
    value,
)
toml_line = st.one_of(
    st.tuples(st.sampled_from(KEYS), st.sampled_from(TOML)).map(" = ".join),
    st.sampled_from(["[params]", "[[a.b]]", "# note", '"""', "x = 1"]),
    value,
)
body = st.lists(st.one_of(st.sampled_from(BODY), st.text(max_size=15)), max_size=14).map("\n".join)


def between(mark: str, line: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(line, max_size=9).map(lambda lines: "\n".join([mark, *lines, mark, ""]))


write_ups = st.tuples(
    st.one_of(st.just(""), between("---", matter_line), between("+++", toml_line)), body
).map(lambda parts: "".join(parts).replace("\0", " "))
file_names = st.sampled_from(["2019-02-25-disk.md", "x.rst", "x.txt", "postmortem.md", "A b.md"])


def missing(text: str, document: ParsedPostmortem) -> set[str]:
    """Return the words of `text` that are neither in `document` nor in its problems."""
    return words_in(text) - words_in("\n".join(_texts(asdict(document))))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.items():
            yield from _texts(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _texts(each)
    else:
        yield str(value)


@given(write_ups, file_names)
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_word_of_a_write_up_is_kept(text, name):
    document = parse(text, name=name)

    if not document.refused:
        assert missing(text, document) == set()
        written = render(document)
        again = parse(written, name=name)
        assert (again, again.problems) == (document, ())


@pytest.mark.django_db
@given(write_ups, file_names)
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_every_word_of_a_write_up_is_stored(text, name):
    document = parse(text, name=name)

    if not document.refused:
        incident = importing.store(document, by=None, at=NOON)
        stored = replace(document_of(incident), problems=document.problems)
        assert missing(text, stored) == set()


@given(st.lists(st.one_of(matter_line, st.sampled_from(FILE.split("\n")[:20])), max_size=6))
@settings(max_examples=200, deadline=None)
def test_every_word_of_front_matter_of_our_own_is_kept(lines):
    added = "\n".join(lines).replace("\0", " ")
    text = FILE.replace("\nstatus:", f"\n{added}\nstatus:", 1)

    document = parse(text, name="x.md")

    if not document.refused:  # in our own format, keys and times are rendered in another form
        assert missing(text, document) <= words_in(render(document))


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"---\n", b"+++\n", b"\xff\xfe", b"\xef\xbb\xbf"]),
)
@settings(max_examples=400, deadline=None)
def test_any_bytes_are_read_or_refused(raw, start):
    text = ""
    with contextlib.suppress(Unreadable):  # messages are tested in test_files.py
        text = decode(start + raw)
    document = parse_any(text, name="x.md")
    assert document.title or document.refused


@pytest.mark.parametrize("name", ["x.md", "x.rst"])
@pytest.mark.parametrize(
    "of",
    [
        lambda n: "# a\n\n" + "word " * n,
        lambda n: "# a" + " " * n + "b\n\nc",
        lambda n: "# " + "[" * n + "\n\nc",
        lambda n: "# " + "![a](" * n + "\n\nc",
        lambda n: "# " + "<a " * n + "\n\nc",
        lambda n: "# " + "{#" * n + "\n\nc",
        lambda n: "# " + "*_" * n + "\n\nc",
        lambda n: "**" + "x" * n + "\n\nc",
        lambda n: "A" + "b" * n + ":\n\nc",
        lambda n: "Root cause: x\n" * n,
        lambda n: "**Impact**\n\nx\n\n" * (n // 10),
        lambda n: "# a\n\n" * (n // 10),
        lambda n: "# a\n\n" + "<" * n,
        lambda n: "a\n" + "=" * n,
        lambda n: "=\n" * n,
        lambda n: "```\n" * n,
        lambda n: "".join("`" * (3 + i % 50) + "\n" for i in range(n // 10)),
        lambda n: "~~~ a\n# b\n" * (n // 4),
        lambda n: "+++\n" + "a = 1\n" * n + "+++\nx",
        lambda n: "+++\n" + "[a]\n" * n + "+++\nx",
        lambda n: "+++\n" + "a" + ".a" * n + " = 1\n+++\nx",
        lambda n: "+++\n" + "".join(f"[k{i}]\n" for i in range(n)) + "+++\nx",
        lambda n: "+++\n" + "a = {b = 1}\n" * 1 + "c = [" + "{d = 1}, " * n + "]\n+++\nx",
        lambda n: '+++\na = "' + "\\u00e9" * n + '"\n+++\nx',
        lambda n: "+++\na = " + "9" * n + "\n+++\nx",
        lambda n: "+++\na = " + "[" * n + "\n+++\nx",
        lambda n: "+++\na = '''" + "x\n" * n + "+++\nx",
        lambda n: "+++\n" + "".join(f"k{i} = {i}\n" for i in range(n // 5)) + "b = @\n+++\nx",
        lambda n: "---\n" + "".join(f"k{i}: {i}\n" for i in range(n // 5)) + "b: @\n---\nx",
        lambda n: "---\n" + "".join(f"k{i}: @\n" for i in range(n // 5)) + "---\nx",
        lambda n: "---\n" * n,
        lambda n: "---\na: &a [x]\n" + "b: [*a, *a]\n" * (n // 10) + "---\nx",
        lambda n: FILE + "\n## Timeline\n" + "\n### 2019-02-25 11:21\n\nx\n" * (n // 40),
        lambda n: FILE + "\n## Causes\n\n### Trigger\n\n*" + "a · " * n + "*\n",
        lambda n: FILE + "\n## Action items\n" + "\n### x\n\n- Owner: a\n" * (n // 40),
        lambda n: FILE + "\n## x\n\n" + "\\## y\n" * n,
    ],
    ids=range(36),
)
def test_parsing_time_grows_linearly_with_the_length(of, name):
    def took(n: int) -> float:
        began = time.process_time()
        document = parse(of(n), name=name)
        if not document.refused:
            render(document)
        return time.process_time() - began

    small = took(4_000)
    large = min(took(16_000) for _ in range(2))  # collecting garbage may fall into one

    assert large < 8 * small + 0.3  # twice the linear time, plus some for a busy machine
    assert large < 3
