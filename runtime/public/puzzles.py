"""Work for browsers where a lot comes in from one address: a crowd behind one network goes on, a flood gets dear.

The puzzle of a page is a number with which its challenge has a digest that begins with `BITS` zeros. The challenge
follows from when the page was opened and from its submit token, so each record takes work of its own, and nothing is
stored. Browsers without JavaScript wait.
"""

import hashlib
import hmac

from flask import current_app, request

BITS = 18  # a quarter of a million digests: half a second of a desk, a few of an old phone
MOST_DIGITS = 12
SENT = "_worked"


def challenge(once: str) -> str:
    """What the browser works on for this page, 32 hexadecimal digits."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    page = f"public puzzle {request.form.get('_opened', '')} {once}"
    return hmac.new(key, page.encode("utf-8", "replace"), "sha256").hexdigest()[:32]


def is_solved(once: str) -> bool:
    """Whether the page brings the number that its challenge asks for."""
    number = request.form.get(SENT, "")
    if not (number.isascii() and number.isdecimal() and len(number) <= MOST_DIGITS):
        return False
    digest = hashlib.sha256(f"{challenge(once)}{number}".encode()).digest()
    return int.from_bytes(digest) >> (256 - BITS) == 0
