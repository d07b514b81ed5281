"""Shapes of Markdown in which a parser may take time that grows with the square of the length."""

from __future__ import annotations

from collections.abc import Callable

Shape = Callable[[int], str]


def repeated(piece: str) -> Shape:
    return lambda size: (piece * (size // len(piece) + 1))[:size]


def numbered(line: str) -> Shape:
    """Return lines in which {i} counts and {indent} grows to 30 and begins again."""

    def shape(size: int) -> str:
        lines, length, i = [], 0, 0
        while length < size:
            lines.append(line.format(i=i, indent="  " * (i % 15)))
            length += len(lines[-1]) + 1
            i += 1
        return "\n".join(lines)

    return shape


def around(opening: str, closing: str, inner: str = "a") -> Shape:
    return lambda size: (
        opening * (size // len(opening + closing))
        + inner
        + closing * (size // len(opening + closing))
    )


def after(start: str, piece: str, end: str = "") -> Shape:
    return lambda size: start + piece * (size // len(piece)) + end


REPEATED = {
    "prose": "Some words of prose here. ",
    "paragraphs": "a b c\n\n",
    "short lines": "a\n",
    "tasks": "- [ ] a\n",
    "loose tasks": "- [ ] a\n\n",
    "opening brackets": "[",
    "opening images": "![",
    "opening images with text": "![a",
    "links without end": "[a](",
    "targets": "](",
    "titles without end": '[a](b "',
    "links": "[a](b) ",
    "images": "![a](/uploads/b.png) ",
    "definitions": "[a]: /b\n",
    "definitions without end": "[a\n",
    "definition lists": "a\n: ",
    "definitions of no term": ": ",
    "headings": "# a\n",
    "underlined headings": "a\n=\n",
    "emphasis without end": "*a_",
    "strong without end": "**a_b",
    "emphasis in words": "a**b",
    "crossing emphasis": "a***b**c*",
    "long runs of stars": "a" + "*" * 99 + "b",
    "long runs of tildes": " " + "~" * 99 + "a",
    "strikethrough": "~~a",
    "backticks": "` ",
    "code": "`a``",
    "less than": "<",
    "tags": "<a>",
    "tags without end": "<a ",
    "kept tags without partner": "<b>",
    "crossing tags": "<b><i></b></i>",
    "block tags": "<div>\n",
    "details without end": "<details>\n",
    "comments without end": "<!-- ",
    "comments without end on lines": "<!--\n",
    "comments in a list": "- <!-- a\n",
    "instructions": "<?",
    "declarations": "<!A ",
    "autolinks without end": "<http://a",
    "ampersands": "&a",
    "entities": "&#x41;",
    "backslashes": "\\*",
    "pipes": "a|b\n",
    "small tables": "|a|\n|-|\n|b|\n\n",
    "quotes": "> a\n",
    "deep quotes": ">",
    "lazy quotes": ">a\nb\n",
    "list items": "- a\n",
    "loose list items": "- a\n\n",
    "changing lists": "- a\n* b\n",
    "numbered lists": "1. a\n",
    "deep lists": "- ",
    "quotes and lists": "> - 1. [a\n",
    "footnote definitions": "[^1]: a\n",
    "open fences": "```\n",
    "fences": "```a b\nc\n```\n",
    "fences in a list": "- ```\n",
    "rules": "* * *\n",
    "tabs": "\ta\n",
    "line ends with spaces": "a  \n",
    "addresses": "http://a.io/b ",
    "addresses without space": "http://",
    "no addresses": "http://!",
    "colons": "a://",
    "slashes": "//a.io",
    "mail": "a@b.io ",
    "mail without space": "a@",
    "combining marks": "*\u0301",
    "everything": "> - [x] *a* `b` [c](d) ![e](f) <g> http://h.io\n",
}

SHAPES: dict[str, Shape] = {
    **{name: repeated(piece) for name, piece in REPEATED.items()},
    "nested tasks": numbered("{indent}- [x] a"),
    "nested terms": numbered("{indent}a\n{indent}: b"),
    "headings of one name each": numbered("# a{i}"),
    "definitions of one name each": numbered("[r{i}]: /u"),
    "footnotes of one name each": numbered("a[^{i}]\n\n[^{i}]: b\n"),
    "numbers that skip": numbered("{i}5. a"),
    "balanced brackets": around("[", "]"),
    "nested links": around("[", "](b)"),
    "nested emphasis": around("*a _b ", " c_ d*"),
    "nested stars": around("*", "*"),
    "nested tags": around("<sub>", "</sub>"),
    "nested details": around("<details>\n", "\n</details>"),
    "growing backticks": lambda size: " ".join("`" * i for i in range(1, round((2 * size) ** 0.5))),
    "growing quotes": lambda size: "\n".join(">" * i + "a" for i in range(int(size**0.5))),
    "one wide table": lambda size: "\n".join(piece * (size // 6) for piece in ("|a", "|-", "|x")),
    "a long table": after("|a|b|\n|-|-|\n", "|x|y|\n"),
    "surplus cells": after("|a|\n|-|\n", "|x"),
    "references to a footnote": after("[^1]: a\n\n", "[^1]"),
    "footnotes without end": after("[^1]: a\n\n", "[^a"),
    "uses of a definition": after("[a]: /b\n\n", "[a] "),
    "a comment after a list": after("", "- <!-- a\n", "\n-->"),
    "one address": after("http://a.io/", "b"),
    "brackets in an address": after("http://a.io/", "()"),
    "dots in an address": after("http://", "a."),
    "one word with @": after("", "a", "@b.io"),
    "one underlined paragraph": after("", "a\n", "="),
    "one long label": after("[", "*a* ", "](b)"),
    "one long description": after("![", "*a* ", "](/uploads/b.png)"),
    "one run of tildes": after("a", "~"),
    "spaces at the end": after("a", " ", "b"),
}
