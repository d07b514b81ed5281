"""The version of the product, as pyproject.toml has it."""

from __future__ import annotations

import tomllib
from functools import cache

from django.conf import settings


@cache
def product_version() -> str:
    with open(settings.BASE_DIR / "pyproject.toml", "rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def is_newer(version: str) -> bool:
    """Compare `version`, such as “0.2.0”, with that of the product."""
    return _numbers(version) > _numbers(product_version())


def _numbers(version: str) -> list[int]:
    return [int(part) if part.isdigit() else 0 for part in version.split(".")]
