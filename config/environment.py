"""Reads settings from the environment and names a wrong value with what was expected."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import environ
from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")

BASE_DIR = Path(__file__).resolve().parent.parent

# What the environment holds already wins over the file.
environ.Env.read_env(os.environ.get("ENV_FILE") or BASE_DIR / ".env")


class WrongSetting(ImproperlyConfigured):
    """A variable of the environment cannot be used. `str()` of it names it in one line."""


def read(name: str, convert: Callable[[str], T], default: T, *, expected: str) -> T:
    """The environment variable `name`, converted; `default` where it is unset or empty.

    Raises WrongSetting with the name, what it holds (passwords left out) and what was expected.
    """
    raw = os.environ.get(name, "").strip()
    if not raw:
        return default
    try:
        return convert(raw)
    except (ValueError, KeyError, ImproperlyConfigured) as error:
        shown = re.sub(r"://[^@/]*@", "://…@", raw)
        raise WrongSetting(f"{name} is {shown!r}; expected {expected}.") from error


def boolean(raw: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True}
    words |= {"0": False, "false": False, "no": False, "off": False}
    return words[raw.lower()]


def number(least: int, most: int) -> Callable[[str], int]:
    """A converter that lets only whole numbers from `least` to `most` through."""

    def convert(raw: str) -> int:
        found = int(raw)
        if not least <= found <= most:
            raise ValueError(raw)
        return found

    return convert


port = number(1, 65535)


def folder(raw: str) -> Path:
    """An absolute path; a relative one counts from the product's own folder."""
    path = (BASE_DIR / raw).resolve()
    if path.exists() and not path.is_dir():
        raise ValueError(raw)
    return path


def names(raw: str) -> list[str]:
    """Host names separated by commas."""
    found = [name.strip() for name in raw.split(",") if name.strip()]
    if not found or any("/" in name or " " in name for name in found):
        raise ValueError(raw)
    return found


def hosts(raw: str) -> list[str]:
    """Host names, IP addresses and networks, separated by commas."""
    found = [name.strip() for name in raw.split(",") if name.strip()]
    if not all(re.fullmatch(r"[\w.:-]+(/\d{1,3})?", name) for name in found):
        raise ValueError(raw)
    return found


def site_url(raw: str) -> str:
    """The address of the site without a slash at its end."""
    if not re.fullmatch(r"https?://[\w.-]+(:\d+)?/?|https?://\[[0-9a-fA-F:]+\](:\d+)?/?", raw):
        raise ValueError(raw)
    return raw.rstrip("/")


def url_with_scheme(*schemes: str) -> Callable[[str], str]:
    """A converter that lets only URLs with one of these schemes through."""

    def convert(raw: str) -> str:
        scheme, separator, _ = raw.partition("://")
        if not separator or scheme not in schemes:
            raise ValueError(raw)
        return raw

    return convert


def database(raw: str) -> dict[str, Any]:
    """Django's settings for the PostgreSQL database that the URL names."""
    url_with_scheme("postgres", "postgresql")(raw)
    found = dict(environ.Env.db_url_config(raw))
    if not found.get("NAME"):
        raise ValueError(raw)
    return found


def secret(raw: str) -> str:
    if len(raw) < 50:
        raise ValueError(raw)
    return raw


def secrets_in_turn(raw: str) -> list[str]:
    """Secrets separated by commas, the newest first."""
    return [secret(part.strip()) for part in raw.split(",")]


def generated_secret(path: Path) -> str:
    """The secret kept in `path`, made on first use and readable by its owner only."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = path.with_suffix(f".{os.getpid()}")
        made.touch(mode=0o600)
        made.write_text(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):  # another process was first: theirs counts
            os.link(made, path)
        made.unlink()
    return path.read_text().strip()
