"""Reads settings from the environment and names a wrong value with what was expected."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import environ
from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")


def read(name: str, convert: Callable[[str], T], default: T, *, expected: str) -> T:
    """The environment variable `name`, converted; `default` where it is unset or empty.

    Raises ImproperlyConfigured with the name, what it holds and what was expected.
    """
    raw = os.environ.get(name, "").strip()
    if not raw:
        return default
    try:
        return convert(raw)
    except (ValueError, KeyError, ImproperlyConfigured) as error:
        raise ImproperlyConfigured(f"{name} is {raw!r}; expected {expected}.") from error


def boolean(raw: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True}
    words |= {"0": False, "false": False, "no": False, "off": False}
    return words[raw.lower()]


def port(raw: str) -> int:
    number = int(raw)
    if not 1 <= number <= 65535:
        raise ValueError(raw)
    return number


def site_url(raw: str) -> str:
    if not raw.startswith(("http://", "https://")):
        raise ValueError(raw)
    return raw.rstrip("/")


def url_with_scheme(*schemes: str) -> Callable[[str], str]:
    """A converter that lets only URLs with one of these schemes through."""

    def convert(raw: str) -> str:
        if raw.split(":", 1)[0] not in schemes:
            raise ValueError(raw)
        return raw

    return convert


def generated_secret(path: Path) -> str:
    """The secret kept in `path`, made on first use and readable by its owner only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = path.with_suffix(f".{os.getpid()}")
        made.touch(mode=0o600)
        made.write_text(secrets.token_urlsafe(50))
        try:
            os.link(made, path)  # fails where another process was first: then theirs counts
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return path.read_text().strip()
