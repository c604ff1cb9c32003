"""Passwords: hashing, and which ones are too easy to guess."""

from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH = 8
MAX_LENGTH = 200

# OWASP's figures for Argon2id: 19 MiB, so that many sign-ins at once do not empty the memory.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_COMMON = Path(__file__).with_name("common_passwords.txt")


def hash_of(password: str) -> str:
    """The text to store."""
    return _hasher.hash(password)


def matches(stored: str, password: str) -> bool:
    """Whether the password is the stored one; an empty `stored` takes the same time and never matches."""
    try:
        return _hasher.verify(stored or _hash_of_nothing(), password[:MAX_LENGTH]) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False


def is_common(password: str, *personal: str) -> bool:
    """Whether it is among the most used passwords, or is the person's own name or e-mail."""
    plain = password.lower()
    own = {part.lower() for text in personal for part in (text, text.partition("@")[0]) if part}
    return plain in _common() or plain in own or len(set(plain)) < 3


@cache
def _common() -> frozenset[str]:
    return frozenset(_COMMON.read_text(encoding="utf-8").split())


@cache
def _hash_of_nothing() -> str:
    return _hasher.hash("")
