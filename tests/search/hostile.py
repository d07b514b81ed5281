"""Hostile texts that no one would search for, and that a page must accept all the same."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote


class Hostile(NamedTuple):
    """A text, and what is wrong with it."""

    name: str
    text: str


_MANY = " ".join(f"term{number}" for number in range(1_000))

TEXTS = (
    Hostile("ten thousand letters", "x" * 10_000),
    Hostile("ten thousand characters of words", ("disk full " * 1_000)[:10_000]),
    Hostile("a thousand terms", _MANY),
    Hostile("a thousand exclusions", " ".join(f"-{term}" for term in _MANY.split())),
    Hostile("a thousand alternatives", " or ".join(_MANY.split())),
    Hostile("a thousand common words", "the of and to in " * 200),
    Hostile("a huge phrase", f'"{"disk full " * 900}"'),
    Hostile("a thousand phrases", '"disk full" ' * 1_000),
    Hostile("only operators", '& | ! <-> ( ) - " * : <2> OR AND NOT && || !! :*'),
    Hostile("nothing but quotation marks", '"' * 999),
    Hostile("unbalanced quotation marks", 'disk "full on'),
    Hostile("a minus and quotation marks", '-"-"-" -"disk" "-full" - --'),
    Hostile("parentheses without end", "(" * 500 + "disk" + ")" * 499),
    Hostile("a NUL", "disk\0full"),
    Hostile("control characters", "".join(map(chr, range(32))) + "\x7f\x85\u2028\u2029\ufeff"),
    Hostile("a text query", "'disk' & !'full' | ('a':*A <-> 'b') <3> 'c':ABCD*"),
    Hostile("statements", "'; DROP TABLE search_document; -- \\'; SELECT pg_sleep(10) /*"),
    Hostile("placeholders", "%s %(text)s %d %% {0} {text} $1 :name ${x} {{ x }} {% x %}"),
    Hostile("wildcards", "%_%\\_%\\\\% * ? [a-z]* LIKE '%'"),
    Hostile("markup", "<script>alert(1)</script> \"' onload=x <img src=x onerror=y> &lt; ]]>"),
    Hostile("an expression that backtracks", "(a+)+$ " + "a" * 300 + "! ^(\\w+\\s?)*$ (.*)*\\1"),
    Hostile("right to left", "\u202eلا توجد مساحة على القرص\u202c שגיאה בדיסק \u2067x\u2069"),
    Hostile("emoji", "🔥💾 👩‍👩‍👧‍👦 🏳️‍🌈 🇳🇴 " * 100),
    Hostile("combining characters", "e" + "\u0301" * 5_000 + " Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳"),
    Hostile("letters that grow when folded", "\ufdfa" * 500 + " ﬃ ǅ ß İ ẞ ﷽"),
    Hostile("digits that are no numbers", "² ١٢٣ ½ Ⅷ inc-² INC-١ " + "9" * 400),
    Hostile("a reference beyond all numbers", "INC-" + "9" * 300),
    Hostile("lone surrogates", "disk \ud800 full \udfff"),
    Hostile("hyphens, dots and slashes", "a-" * 1_500 + "a." * 1_500 + "/a" * 1_500),
    Hostile("nested filters", 'service:service:severity:sev1 severity:"service:checkout" :::' * 20),
    Hostile("a thousand filters", " ".join(f"service:s{n} tag:t{n}" for n in range(500))),
    Hostile("filters without values", 'service: severity:, tag:"" kind:,,,, since: until:"" :x'),
    Hostile(
        "impossible days", "since:99999-99-99 until:0000 since:-1d until:9999y since:2025-02-30"
    ),
    Hostile("filters of everything", "kind:x severity:SEV1,SEV2,SEV9 status:* team:% pattern:'"),
)


def in_address(text: str) -> str:
    """Return `text` encoded for a URL, including what no well-behaved client would send."""
    return quote(text.encode("utf-8", "surrogatepass"))


# Bytes in a URL that are not text.
BYTES = (
    "%",
    "%0",
    "%zz",
    "%00",
    "%FF%FE",
    "%ED%A0%80",
    "%C0%AF",
    "%F5%80%80%80",
    "%u0041",
    "+%2B+&&==",
)
