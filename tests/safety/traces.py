"""Asking for every address and every command, and writing down all that the answers give away."""

from __future__ import annotations

import io
import re
import time
from argparse import Action
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

from django.apps import apps
from django.core.management import call_command, get_commands, load_command_class
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests.packages import PACKAGES
from tests.safety.addresses import World, places

# What differs between any two answers to the same question.
_MASKED = re.compile(r'csrfmiddlewaretoken" value="\w+"|"X-CSRFToken": ?"\w+"|nonce="[^"]+"')
_LABELS_WRITTEN = re.compile(r'INSERT INTO "incidents_incident_(services|tags)"')
_HEADERS_OF_THEIR_OWN = {"Date", "Expires", "Set-Cookie"}
# Commands that have no --as, since they are for whoever runs the machine and sees everything.
OPERATORS = {
    *(
        "backup",
        "export",
        "first_administrator",
        "import",
        "learn",
        "prepare",
        "reindex",
        "reseal_channels",
        "restore",
        "resume_sending",
        "seed",
        "send_reminders",
    ),
    *("serve", "sign_in_link"),
}


@dataclass(frozen=True)
class Answer:
    """All that an answer gives away. `queries` and `seconds` say how much work it was."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str
    queries: int
    seconds: float

    def differs_from(self, other: Answer) -> str:
        """Where the two part, in a few words; empty where nobody can tell them from each other."""
        if self.status != other.status:
            return f"status {self.status}, not {other.status}"
        if self.body != other.body:
            return _parting(self.body, other.body)
        if self.headers != other.headers:
            return f"headers {sorted(set(self.headers) ^ set(other.headers))}"
        return ""


def _parting(one: str, other: str) -> str:
    at = next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    return f"…{one[max(at - 80, 0) : at + 80]!r}… not …{other[max(at - 80, 0) : at + 80]!r}…"


class Reader:
    """Somebody at a browser that forgets everything but who is signed in."""

    def __init__(self, person: User | None) -> None:
        self.person = person
        self._client = Client(raise_request_exception=False)
        if person:
            self._client.force_login(
                person, backend="allauth.account.auth_backends.AuthenticationBackend"
            )
        self._cookies = self._client.cookies.output(header="", sep=";")

    def get(self, address: str, fields: dict[str, str] | None = None, **headers: str) -> Answer:
        return self._ask("get", address, fields or {}, headers)

    def post(self, address: str, fields: dict[str, str]) -> Answer:
        """The answer to a form; what it writes is taken back."""
        return self._ask("post", address, fields, {})

    def post_and_look(
        self, address: str, fields: dict[str, str], looks: list[tuple[str, dict[str, str]]]
    ) -> Answer:
        """The answer to a form and, where it wrote a label, to each of `looks` after it, as one."""
        with transaction.atomic():
            with CaptureQueriesContext(connection) as captured:
                answers: list[Any] = [self._client.post(address, fields)]
            if _LABELS_WRITTEN.search(" ".join(query["sql"] for query in captured)):
                looks = [(answers[0].get("Location", ""), {}), *looks]
                answers += [self._client.get(at, asked) for at, asked in looks if at]
            transaction.set_rollback(True)
        pages = [_MASKED.sub("", one.content.decode()) for one in answers]
        numberless = [re.sub(r"\d+", "0", page) for page in pages]  # keys and moments
        return Answer(answers[-1].status_code, (), "\n".join(numberless), 0, 0.0)

    def _ask(
        self, method: str, address: str, fields: dict[str, str], headers: dict[str, str]
    ) -> Answer:
        self._client.cookies = SimpleCookie(self._cookies)
        before = time.perf_counter()
        with transaction.atomic(), CaptureQueriesContext(connection) as captured:
            answer: Any = getattr(self._client, method)(address, fields, headers=headers)
            body = b"".join(answer) if answer.streaming else answer.content
            transaction.set_rollback(True)
        return Answer(
            answer.status_code,
            tuple(
                (name, _MASKED.sub("", value))
                for name, value in sorted(answer.items())
                if name not in _HEADERS_OF_THEIR_OWN
            ),
            _MASKED.sub("", body.decode(errors="replace")),
            len(captured),
            time.perf_counter() - before,
        )


@dataclass(frozen=True)
class Question:
    """One thing to ask, the same whether the incident exists or not."""

    name: str
    ask: Callable[[Reader], Answer]


def about(secret: World) -> Iterator[Question]:
    """Every address of the secret incident and its parts, read and written."""
    form = {"title": "Changed", "text": "x", "name": "x", "version": "1"}
    for place in places():
        if not place.is_about_an_incident:
            continue
        address = secret.address(place)
        yield Question(f"GET {place.name}", lambda reader, a=address: reader.get(a))
        yield Question(
            f"GET {place.name} by htmx",
            lambda reader, a=address: reader.get(a, **{"HX-Request": "true"}),
        )
        yield Question(f"POST {place.name}", lambda reader, a=address: reader.post(a, form))


def elsewhere(
    public: World, looked_for: list[dict[str, str]], forms: list[dict[str, str]]
) -> Iterator[Question]:
    """Every address that is not the secret's own: as it is, with each of `looked_for` in its
    query where it is a page of its own, and with each of `forms` sent to it."""
    for place in places():
        if not place.is_ours:
            continue
        address = public.address(place)
        asked = [{}, *looked_for] if not place.is_about_an_incident else [{}, *looked_for[:1]]
        for fields in asked:
            name = f"GET {place.name} {fields}"
            yield Question(name, lambda reader, a=address, f=fields: reader.get(a, f))
        for fields in looked_for[:1]:
            yield Question(
                f"GET {place.name} {fields} by htmx",
                lambda reader, a=address, f=fields: reader.get(a, f, **{"HX-Request": "true"}),
            )
        for fields in forms:
            name = f"POST {place.name} {fields}"
            yield Question(name, lambda reader, a=address, f=fields: reader.post(a, f))


def typing_labels(
    public: World, form: dict[str, str], looks: list[tuple[str, dict[str, str]]]
) -> Iterator[Question]:
    """`form` sent to every address that is not the secret's own; where that writes a label, `looks`
    after it."""
    for place in places():
        if not place.is_ours:
            continue
        address = public.address(place)
        yield Question(
            f"POST {place.name}",
            lambda reader, a=address: reader.post_and_look(a, form, looks),
        )


# --- commands -----------------------------------------------------------------------------------


def commands(secret: World, public: World, words: list[str]) -> Iterator[Question]:
    """Every command of ours that shows something to a person, asked about the secret.

    Raises AssertionError for one that says nobody to show it to, and is not known as an operator's.
    """
    meant = {
        "query": [[word] for word in words],
        "reference": [[secret.incident.reference], [public.incident.reference]],
    }
    for name, app in sorted(get_commands().items()):
        if (app if isinstance(app, str) else app.name) not in _our_apps() or name in OPERATORS:
            continue
        arguments = _arguments(str(app), name)
        assert "--as" in {option for one in arguments for option in one.option_strings}, (
            f"“{name}” shows something and has no --as. Is it for operators? Then say so in "
            "tests/safety/traces.py; else give it one, so that its safety is tested."
        )
        asked: list[list[str]] = [[]]
        for positional in (one for one in arguments if not one.option_strings):
            assert positional.dest in meant, (
                f"“{name}” takes “{positional.dest}”, of which this test knows nothing: say in "
                "tests/safety/traces.py what to ask it for."
            )
            asked = [[*before, *value] for before in asked for value in meant[positional.dest]]
        for given in asked:
            yield from _run(name, given)


def _our_apps() -> set[str]:
    return {config.name for config in apps.get_app_configs() if config.name in PACKAGES}


def _arguments(app: str, name: str) -> list[Action]:
    own = load_command_class(app, name).create_parser("manage.py", name)
    usual = {"-h", "--version", "-v", "--settings", "--pythonpath", "--traceback", "--no-color"}
    usual |= {"--force-color", "--skip-checks"}
    return [one for one in own._actions if not usual & set(one.option_strings)]


def _run(name: str, given: list[str]) -> Iterator[Question]:
    for how in ([], ["--json"]):

        def ask(reader: Reader, how: list[str] = how) -> Answer:
            shown_to = ["--as", reader.person.username] if reader.person else []
            return _output(name, [*given, *how, *shown_to])

        yield Question(f"{name} {' '.join([*given, *how])}", ask)


def _output(name: str, arguments: list[str]) -> Answer:
    out = io.StringIO()
    before = time.perf_counter()
    with transaction.atomic(), CaptureQueriesContext(connection) as captured:
        try:
            call_command(name, *arguments, stdout=out, stderr=out)
            status = 0
        except CommandError as error:
            out.write(str(error))
            status = 1
        transaction.set_rollback(True)
    return Answer(status, (), out.getvalue(), len(captured), time.perf_counter() - before)
