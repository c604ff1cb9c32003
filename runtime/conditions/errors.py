"""What is wrong with a condition, as a code that `problems` turns into a sentence."""

from typing import Any

Place = tuple[str | int, ...]


class ConditionError(ValueError):
    """A document that is no condition, or one that this reader cannot carry.

    `code` is stable, `path` leads into the document (`("properties", "amount", "minimum")`),
    `params` are what the sentence names.
    """

    def __init__(self, code: str, path: Place = (), **params: Any) -> None:
        words = ", ".join(f"{name}={value!r}" for name, value in params.items())
        super().__init__(f"{code} at /{'/'.join(map(str, path))}" + (f" ({words})" if words else ""))
        self.code, self.path, self.params = code, path, params
