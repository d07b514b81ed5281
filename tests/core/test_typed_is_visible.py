"""Nothing typed may be invisible: not on the page, not in the plain text."""

from __future__ import annotations

import itertools
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.markdown import render, to_plain_text


class _Visible(HTMLParser):
    """Collects the text that a browser shows, with the alternative text of images."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.numbers: list[int | None] = []

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if tag == "img":
            self.pieces.append(found.get("alt") or "")
        if tag in {"br", "td", "th"}:
            self.pieces.append("\n")
        if tag in {"ol", "ul"}:
            self.numbers.append(int(found.get("start", 1)) if tag == "ol" else None)
        if tag == "li" and self.numbers[-1] is not None:
            number = int(found.get("value", self.numbers[-1]))
            self.pieces.append(f"{number}. ")
            self.numbers[-1] = number + 1

    def handle_endtag(self, tag):
        if tag in {"ol", "ul"}:
            self.numbers.pop()

    def handle_data(self, data):
        self.pieces.append(data)


def visible(text: str) -> str:
    """Return what a reader sees of Markdown `text`."""
    parser = _Visible()
    parser.feed(render(text))
    parser.close()
    return "".join(parser.pieces)


TYPED = {
    "an untagged image": "Image <none>:<none> was running.",
    "the name of a tag": "A <script> tag was injected. The rest stays.",
    "a placeholder": "Delete <pod-name> in <namespace>.",
    "generics": "It returned List<Foo> and Map<String, List<Bar>>.",
    "a command": "Run docker run <image> again.",
    "a lone known tag": "We forgot a <b> in the template.",
    "a closing tag": "The </div> was missing.",
    "a tag at the start of a line": "<table> was locked\nby a migration.\n\nAfter.",
    "a block tag": "<div>\ninside\n</div>\n\nAfter.",
    "attributes": '<a href="https://x.example">here</a> and <img src=x alt="words">',
    "an instruction": "<?php echo 1; ?> was served.",
    "a declaration": "<!DOCTYPE html> was missing. <![CDATA[inside]]> too.",
    "an unclosed comment": "Before <!-- never closed\n\nAfter.",
    "an unclosed details": "<details>\n<summary>Log</summary>\n\nInside.",
    "a lone summary": "<summary>Log</summary>",
    "a style": "<style>body { color: red }</style> After.",
    "a textarea": "<textarea>words\n\nand more",
    "surplus cells": "| a | b |\n|---|---|\n| one | two | three | four |",
    "an unused footnote": "Text.\n\n[^1]: Nobody refers to this.",
    "two footnotes of one name": "See[^1].\n\n[^1]: First.\n[^1]: Second.",
    "a footnote within a footnote": "See[^1].\n\n[^1]: Outer.\n\n    [^2]: Inner.\n\n    Last.",
    "words of a fence": "```python title=deploy.py\nprint(1)\n```",
    "a line on the fence": "```kubectl get pods\noutput\n```",
    "an unused definition": "[ERROR]: timeout",
    "a time in brackets": "[12:05]: restarted",
    "a definition twice": "[a]\n\n[a]: /one\n[a]: /two",
    "deep quotes": ">" * 40 + " deepest\n\nAfter.",
    "deep lists": "\n".join("  " * i + f"- item{i}" for i in range(30)) + "\n\nAfter.",
    "an image": "![a graph of `latency` and **load**](/uploads/0b1c/graph.png)",
    "an outside image": "![a graph of `latency`](https://x.example/a.png)",
    "a link without text": "See [](https://x.example/runbook).",
    "an encoded address": "See https://x.example/%41%42c?q=%D0%BF and <https://x.example/%5Bz>.",
    "mail": "Write to mailto:ana@x.example or ben@x.example.",
    "numbers of a list": "2024. was a bad year\n2027. will be better",
    "a long address": "https://x.example/" + "a" * 5_000 + " after",
}


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def missing(text: str, shown: str) -> list[str]:
    """Return the words of `text` that do not occur in `shown` as often as they were typed."""
    left = shown
    lost = []
    for word in sorted(words_of(text), key=len, reverse=True):
        if word in left:
            left = left.replace(word, " ", 1)
        else:
            lost.append(word)
    return lost


TARGETS = {  # link targets, and what marks a footnote: these alone may be invisible
    "two footnotes of one name": {"1"},
    "a footnote within a footnote": {"1", "2"},
    "an unused footnote": {"1"},
    "a definition twice": {"one", "a"},
    "an image": {"uploads", "0b1c", "graph", "png"},
    "an outside image": {"https", "a", "png"},
}


@pytest.mark.parametrize("name", TYPED)
def test_what_was_typed_is_on_the_page(name):
    assert set(missing(TYPED[name], visible(TYPED[name]))) <= TARGETS.get(name, set())


@pytest.mark.parametrize("name", TYPED)
def test_what_was_typed_is_in_the_plain_text(name):
    allowed = TARGETS.get(name, set()) | {"x", "example"}
    assert set(missing(TYPED[name], to_plain_text(TYPED[name]))) <= allowed


class _Words:
    """Gives out words that occur once in a text, so that a missing one is missed."""

    def __init__(self) -> None:
        self.numbers = itertools.count()
        self.shown: list[str] = []

    def shown_one(self) -> str:
        self.shown.append(f"w{next(self.numbers)}w")
        return self.shown[-1]

    def hidden_one(self) -> str:
        return f"h{next(self.numbers)}h"


# W is a word that has to be seen, H one of a comment, a link target, a title or a definition.
INLINES = [
    "W",
    "W W",
    "*W W*",
    "__W__",
    "~~W~~",
    "`W <W>`",
    "``W ` W``",
    "[W](https://H.example/H 'H')",
    "[W][]",
    "[W][W]",
    "[W] [x] W",
    "![W *W* `W` <W>](/uploads/H/H.png 'H')",
    "![W](https://H.example/H.png)",
    "[![W](/uploads/H.png)](/H)",
    "[*W* `W`](</H H>)",
    "[](https://W.example/)",
    "https://W.example/W_W?q=%41W",
    "<https://W.example/W>",
    "W@W.example",
    "mailto:W@W.example",
    "<W>",
    "</W>",
    "<W W='W'>",
    "<W/>",
    "W<W<W>>",
    "<b>W</b>",
    "<b>W",
    "W</i>",
    "<sub><W></sub>",
    "<br>W",
    "<kbd>*W</kbd>*",
    "<!-- H H -->",
    "<!-- H\nH -->",
    "<!--W",
    "<?W?>",
    "<!W W>",
    "<![CDATA[W]]>",
    "&lt;W&gt;",
    "&amp;W &W; &#x41;W",
    r"\<W> \*W\* \[W\]",
    "W  \nW",
    "W\\\nW",
    "[^note] W",
    "[^W] W",
    "W|W",
    "$W$ W^W^ {W} W:W",
    "**W*W**W*",
    "_W*W_W*",
    "`W",
    "[W",
    "W](W",
    "![W",
]
BLOCKS = [
    "I I",
    "# I",
    "### I ###",
    "I\n===",
    "I\nI\n---",
    "> I\nI",
    "> > I\n>\n> I",
    "- I\n- I\n  - I",
    "* I\n\n  I\n\n* I",
    "7. I\n9. I",
    "1. I\n1. I",
    "- [ ] I\n- [x] I",
    "- [x] # I",
    "- [ ]\n- I",
    "| I | W |\n|---|:-:|\n| W | I | W | W |\n| W |\nI",
    "W | W\n--|--\nW",
    "```\nW <W>\n```",
    "```W W=W\nW\n```",
    "~~~ W\nW",
    "    W <W>\n\n    W",
    "I\n: I\n: I\n\nI\n\n~ I",
    "[^note]: I\n\n    I",
    "[^note]: I",
    "[^W]: I",
    "[H]: https://H.example/H 'H'\n[H]",
    "[W]: W",
    "[W W]: https://W.example/W (W)",
    "[W]:\nW\n'W\nW'",
    "[//]: # (H H)",
    "---",
    "---\nW: W\n---",
    "+++\nW = 'W'\n+++",
    "<div>\nI\n</div>",
    "<details>\n<summary>I</summary>\n\nI\n\n</details>",
    "<details open><summary>I</summary>\nI\n</details>",
    "<details>\nI",
    "</details>",
    "<summary>I</summary>",
    "<table><tr><td>W</td></tr></table>",
    "<script>\nW\n\nW",
    "<!-- H\n\nH -->",
    "<!--\nH\n--> W",
    "<!-- W\n\nW",
    "<style>W { W: W }</style>",
    "> <!-- H\n> H -->",
    "- <details>\n  I\n  </details>",
    "I I",
]


@st.composite
def markdown_texts(draw: st.DrawFn) -> tuple[str, list[str]]:
    """Return a text and the words in it that have to be seen."""
    words = _Words()
    blocks = []
    for block in draw(st.lists(st.sampled_from(BLOCKS), min_size=1, max_size=6)):
        inlined = re.sub(r"\bI\b", lambda _: draw(st.sampled_from(INLINES)), block)
        typed = re.sub(r"W", lambda _: words.shown_one(), inlined)
        typed = re.sub(r"\bH\b", lambda _: words.hidden_one(), typed)
        prefix = draw(st.sampled_from(["", "", "", "> ", "  ", "\t", "- ", "> - > "]))
        blocks.append(re.sub(r"^", prefix, typed, flags=re.MULTILINE))
    between = draw(st.lists(st.sampled_from(["\n", "\n\n"]), min_size=6, max_size=6))
    return "".join(a + b for a, b in zip(blocks, between, strict=False)), words.shown


@settings(max_examples=300, deadline=None)
@given(markdown_texts())
def test_every_word_typed_is_visible(generated):
    text, words = generated
    page, plain = visible(text), to_plain_text(text)

    assert [word for word in words if word not in page] == []
    assert [word for word in words if word not in plain] == []


# Marks in any order; without "(" and ":" after "]", since targets and definitions may be invisible.
MARKS = [
    *"<>*_`|[]!~&;\\\"'=#+^$@",
    "</",
    "/>",
    "<b>",
    "<!",
    "<?",
    "~~",
    "**",
    "---",
    "```",
    "[^",
    "[ ] ",
    "\n",
    "\n\n",
    "\n> ",
    "\n- ",
    "\n1. ",
    "\n: ",
    "\n    ",
    "\n\t",
    "\n|-|-|\n",
    "\n===\n",
    "\n<details>\n",
    "\n</details>\n",
    "  \n",
    " ",
    "https://a.example/",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*MARKS, *["W"] * 12]), max_size=40))
def test_every_word_among_any_marks_is_visible(pieces):
    words = _Words()
    text = "".join(words.shown_one() if piece == "W" else piece for piece in pieces)

    assert [word for word in words.shown if word not in visible(text)] == []
    assert [word for word in words.shown if word not in to_plain_text(text)] == []
