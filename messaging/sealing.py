"""Secrets at rest: addresses of channels, encrypted with a key that the database does not hold."""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_str

from core.errors import DomainError


class SealBroken(DomainError):
    """A secret was sealed with a key that we do not have any more."""


def seal(secret: str) -> str:
    """`secret`, encrypted with the newest key."""
    return _box(_keys()).encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """Raises SealBroken where none of our keys opens it."""
    try:
        return _box(_keys()).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealBroken(
            "The key that encrypted this address is missing. Enter the address again."
        ) from error


def is_readable(sealed: str) -> bool:
    """Return whether one of our keys opens it."""
    try:
        unseal(sealed)
    except SealBroken:
        return False
    return True


def _keys() -> tuple[str, ...]:
    """Newest first. SECRET_KEY is the key of installations that have set no other."""
    older = map(force_str, settings.SECRET_KEY_FALLBACKS)
    return (*settings.CHANNEL_KEYS, settings.SECRET_KEY, *older)


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"nevertwice channels")
    return base64.urlsafe_b64encode(derivation.derive(key.encode()))
