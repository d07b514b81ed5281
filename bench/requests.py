"""Requests to measure, with the target time of each."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle
from urllib.parse import urlencode

from bench.serving import Site
from bench.text import COMMON, WORDS
from incidents.models import Incident, Section

Answer = tuple[int, bytes]
_PLACES = {word: place for place, word in enumerate(WORDS)}  # the most frequent first
HTMX = {"HX-Request": "true"}


@dataclass(frozen=True)
class TimedRequest:
    """A request to measure. `p50` and `p95` are its targets, in times of the bare view; None where
    there is none. `ask(number)` asks it for the `number`th time."""

    name: str
    p50: float | None
    p95: float | None
    ask: Callable[[int], Answer]


# One query of a class may be lucky: each class has some, asked in turn.
@dataclass(frozen=True)
class Queries:
    """Queries by class, of words that the database at hand holds."""

    rare: list[str]
    common: list[str]
    two_common: list[str]
    two_mixed: list[str]
    excluded: list[str]
    phrase: list[str]
    prefix: list[str]
    misspelt: list[str]
    reference: list[str]

    def classes(self) -> list[tuple[str, list[str]]]:
        return [(name.replace("_", " "), getattr(self, name)) for name in self.__dataclass_fields__]


def queries() -> Queries:
    """Five of each class. The rare words, phrases and references are those of five incidents."""
    numbers = [3, 5, 7, 9, 11]
    bodies = [_body(number) for number in numbers]
    rare = [_invented(body) for body in bodies]
    common = COMMON[:5]
    return Queries(
        rare=rare,
        common=common,
        two_common=[f"{one} {other}" for one, other in zip(common, COMMON[5:10], strict=True)],
        two_mixed=[f"{one} {other}" for one, other in zip(common, rare, strict=True)],
        # Without a word that some hold, and without the one that nearly all hold.
        excluded=[
            *(f"{one} -{other}" for one, other in zip(common[:3], COMMON[5:8], strict=True)),
            *(f"{one} -{common[0]}" for one in (COMMON[1], COMMON[10])),
        ],
        phrase=[f'"{" ".join(body.split()[1:3])}"' for body in bodies],
        prefix=[f"{word[:4]}" for word in COMMON[10:15]],
        misspelt=[_misspelt(word) for word in ("certificate", *COMMON[20:24])],
        reference=[f"INC-{number * 41}" for number in range(3, 8)],
    )


def _body(number: int) -> str:
    section = Section.objects.filter(incident__number=number).order_by("position").first()
    assert section is not None
    return section.body


def _invented(body: str) -> str:
    """A word that stands in one of some hundred incidents: the last by frequency."""
    return max(re.findall(r"[a-z]+", body.lower()), key=lambda word: _PLACES.get(word, 0))


def _misspelt(word: str) -> str:
    """The word as a hurried hand types it: two letters in the middle change places."""
    middle = len(word) // 2
    return word[: middle - 1] + word[middle] + word[middle - 1] + word[middle + 1 :]


def everything(site: Site, found: Queries) -> list[TimedRequest]:
    """All that only reads."""
    searches = [
        TimedRequest(f"search: {name}", 20, 30, _each(site, [_search(q) for q in asked]))
        for name, asked in found.classes()
    ]
    return [*searches, *_narrowed(site), *_around(site), *_lists(site), *_incident(site)]


def _narrowed(site: Site) -> list[TimedRequest]:
    narrowed = [_search(word, severity="SEV1", service="service-3") for word in COMMON[:5]]
    written = [_search(f"{word} severity:SEV2 service:service-4") for word in COMMON[:5]]
    sorted_ = [_search(word, sort="newest") for word in COMMON[:5]]
    typed = [_search(f"{COMMON[0]} {word[:4]}") for word in COMMON[10:15]]
    facets = [f"/search/facets/?{urlencode({'q': word})}" for word in COMMON[:5]]
    two = [f"/search/facets/?{urlencode({'q': f'{a} {b}'})}" for a, b in _pairs(COMMON[:10])]
    return [
        TimedRequest("search: filtered", 20, 30, _each(site, narrowed)),
        TimedRequest("search: filters in the box", 20, 30, _each(site, written)),
        TimedRequest("search: sorted by date", 20, 30, _each(site, sorted_)),
        TimedRequest("search: while typing", 20, 30, _each(site, typed, HTMX)),
        TimedRequest("facets: common", 60, 90, _each(site, facets, HTMX)),
        TimedRequest("facets: two common", 60, 90, _each(site, two, HTMX)),
    ]


def _around(site: Site) -> list[TimedRequest]:
    """Fragments that an incident's page fetches, for one incident after another and for one."""

    def another(path: str) -> Callable[[int], Answer]:
        most = Incident.objects.count()
        numbers = cycle(number for number in range(13, min(most, 900)) if number % 50)
        return lambda _: site.get(path.format(f"INC-{next(numbers)}"), HTMX)

    similar, suggested = "/search/similar/{}/", "/search/patterns/{}/"
    return [
        TimedRequest("similar incidents: another each time", 25, 40, another(similar)),
        TimedRequest(
            "similar incidents: again", 25, 40, _each(site, [similar.format("INC-1")], HTMX)
        ),
        TimedRequest("pattern suggestions: another each time", 25, 40, another(suggested)),
        TimedRequest(
            "pattern suggestions: again", 25, 40, _each(site, [suggested.format("INC-1")], HTMX)
        ),
    ]


def _lists(site: Site) -> list[TimedRequest]:
    promises = "/action-items/?scope=all&view=table"
    narrowed = "priority=P2&service=service-3&sort=priority"
    filtered = "/incidents/?severity=SEV1&service=service-3&sort=oldest"
    return [
        TimedRequest("home", 30, 45, _each(site, ["/"])),
        TimedRequest("incident list", 25, 40, _each(site, ["/incidents/"])),
        TimedRequest("incident list: filtered, sorted", 25, 40, _each(site, [filtered])),
        TimedRequest("action items of everybody", 25, 40, _each(site, [promises])),
        TimedRequest(
            "action items: filtered, sorted", 25, 40, _each(site, [f"{promises}&{narrowed}"])
        ),
        TimedRequest(
            "action items: board", None, None, _each(site, ["/action-items/?scope=all&view=board"])
        ),
        TimedRequest("follow-up of all teams", 30, 45, _each(site, ["/follow-up/?team=all"])),
        TimedRequest("list of patterns", None, None, _each(site, ["/patterns/"])),
        TimedRequest("page of a pattern", None, None, _each(site, ["/patterns/pattern-3/"])),
        TimedRequest("map of patterns", None, None, _each(site, ["/patterns/map/"])),
        TimedRequest(
            "map of one pattern", None, None, _each(site, ["/patterns/map/?pattern=pattern-3"])
        ),
    ]


def _incident(site: Site) -> list[TimedRequest]:
    return [TimedRequest("incident page (INC-1)", 25, 40, _each(site, ["/incidents/INC-1/"]))]


def _search(text: str, **more: str) -> str:
    return "/search/?" + urlencode({"q": text, **more})


def _pairs(words: list[str]) -> list[tuple[str, str]]:
    return list(zip(words[::2], words[1::2], strict=True))


def _each(
    site: Site, paths: list[str], headers: dict[str, str] | None = None
) -> Callable[[int], Answer]:
    return lambda number: site.get(paths[number % len(paths)], headers)


def saving(site: Site) -> TimedRequest:
    """Saves one section again and again, each time with a word more."""
    section = Section.objects.filter(incident__number=2).first()
    assert section is not None
    path = f"/incidents/INC-2/sections/{section.pk}/edit/"
    body = section.body

    def save(number: int) -> Answer:
        section.refresh_from_db()
        sent = fields | {"version": str(section.version), "body": f"{body} Word {number}."}
        return site.post(path, sent)

    _, form = site.get(path)
    hidden = dict(re.findall(rb'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    fields = {name.decode(): value.decode() for name, value in hidden.items()}
    fields |= {"title": section.title, "kind": section.kind}
    return TimedRequest("saving a section", 50, 75, save)
