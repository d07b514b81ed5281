"""The analyzer of documents and queries: text to words, words to stems.

Both sides are split and stemmed here, so a host name, a path or `kube-dns` is found whole, by its
parts, and however its parts are joined.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import cache, lru_cache

import Stemmer

MAX_WORD = 60  # characters; longer ones are keys and hashes, whose start is enough

_WORD = re.compile(r"[^\W_]+")
_E_MAIL = re.compile(r"\be-mail")  # the one hyphen before which a single letter would remain
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z][a-z])")

# Too common to tell one document from another. Short on purpose: "down", "off" and "out" matter
# in the description of a failure.
STOP_WORDS = frozenset(
    {
        *("a", "am", "an", "and", "are", "as", "at", "be", "been", "being", "but", "by", "can"),
        *("could", "did", "do", "does", "for", "from", "had", "has", "have", "he", "her", "his"),
        *("how", "i", "if", "in", "into", "is", "it", "its", "me", "my", "no", "not", "of", "on"),
        *("or", "our", "s", "she", "should", "so", "t", "than", "that", "the", "their", "them"),
        *("then", "there", "these", "they", "this", "those", "to", "us", "was", "we", "were"),
        *("what", "when", "where", "which", "who", "why", "will", "with", "would", "you", "your"),
    }
)

# Irregular forms, frequent in reports. Words that are not forms of another, such as "left" or
# "stuck", stay as they are.
_FORMS = """
accidental accident accidents
begin began begun
behavior behaviour behaviours
break broke broken breakage
bring brought
build built
catch caught
center centre centres
choose chose chosen
deliver delivery deliveries
drive drove driven
expire expiry
expose exposure
fail failure failures
fall fell fallen
feed fed
find found
forget forgot forgotten
freeze froze frozen
give gave given
go went gone
grow grew grown growth
hang hung
hold held
keep kept
know knew known
leak leakage
license licence licences
lose lost loss losses
make made
override overrode overridden
overrun overran
overwrite overwrote overwritten
pay paid
recover recovery
rewrite rewrote rewritten
rise rose risen
run ran
send sent
shrink shrank shrunk
spend spent
spin spun
steal stole stolen
take took taken
throw threw thrown
wake woke woken
write wrote written
"""
_BASE = {
    form: base
    for base, *forms in (line.split() for line in _FORMS.strip().splitlines())
    for form in forms
}
_ODD = {"die": ("dying",), "lie": ("lying",), "tie": ("tying",), "sky": ("skies",)}


def fold(text: str) -> str:
    """Return `text` in lower case without accents; never fails, whatever it holds."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).lower()


def tokenize(text: str) -> list[str]:
    """Return the words of `text`, folded, in order, without stop words."""
    return [
        word[:MAX_WORD]
        for word in _WORD.findall(_E_MAIL.sub("email", fold(text)))
        if word not in STOP_WORDS
    ]


def camel_case_parts(text: str) -> list[str]:
    """Return the parts of words written LikeThis, which are indexed as well."""
    if not _HUMP.search(text):
        return []
    parts: list[str] = []
    for word in _WORD.findall(text):
        if word[1:].islower():  # most words: no capital inside
            continue
        cut = _HUMP.split(word)
        if len(cut) > 1:
            parts += cut
    return [part for part in tokenize(" ".join(parts))]


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return the stem under which `word` is indexed and looked up."""
    return _STEMMERS.english.stemWord(_BASE.get(word, word)) or word


@lru_cache(maxsize=10_000)
def prefixes(lexeme: str) -> tuple[str, ...]:
    """Return the prefixes of each form of a word, regular ones first: "happi" is found as "happy",
    "write" as "writing" and "wrote", "reliabl" as "reliability"."""
    is_cut = len(lexeme) > 2 and lexeme.endswith(("i", "e", "bl"))
    regular = lexeme[:-1] if is_cut else lexeme
    others = (*_irregular().get(lexeme, ()), *_ODD.get(lexeme, ()))
    return (regular, *(form for form in others if not form.startswith(regular)))


@cache
def _irregular() -> dict[str, list[str]]:
    """Return the irregular forms of each stem."""
    forms: dict[str, list[str]] = {}
    for form in _BASE:
        forms.setdefault(stem(form), []).append(form)
    return forms


def stems(text: str) -> list[str]:
    """Return the stems of `text`, in order."""
    return [stem(word) for word in tokenize(text)]


class _Stemmers(threading.local):
    """One stemmer per thread: a stemmer is not thread-safe."""

    def __init__(self) -> None:
        # No cache of its own: `stem` has one, which also handles words without a stem.
        self.english = Stemmer.Stemmer("english", 0)


_STEMMERS = _Stemmers()
