"""What was entered in a control as the arguments of its command."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from runtime.errors import Invalid, Problem
from runtime.fields import FieldError
from runtime.fields._numbers import read_number
from runtime.text import clean_text

Typed = Mapping[str, Sequence[str]]

LONGEST = 100_000
MOST = 1_000


class Incomplete(Exception):
    """Something is still to be entered: nothing is wrong, and nothing can be stored yet."""


def arguments(read: Mapping[str, Any], typed: Typed) -> dict[str, Any]:
    """The arguments that the control adds to its command: `value`, or `remove` when it was left blank.

    `read` is the control's: `as` names the way to read, `into` the argument, `required` refuses blanks,
    `within` is a list or an object around the value with its place in there, and then all of it is the value.
    Raises Invalid with a sentence for what cannot be read, and Incomplete.
    """
    into = str(read.get("into", "value"))
    value = _READERS[str(read["as"])](read, typed)
    if value is None and read.get("required"):
        raise _refused(_("Enter a value."))
    if "within" in read:
        return {into: _placed(deepcopy(read["within"]), read["place"], value)}
    if value is None:
        return {into: ""} if into != "value" else {"remove": True}
    return {into: value}


def _refused(sentence: str) -> Invalid:
    return Invalid([Problem(("value",), "value", sentence)])


def text_of(typed: Typed, name: str = "value") -> str:
    """The cleaned text of one input; "" when it is blank or missing."""
    texts = typed.get(name, ())
    try:
        text = clean_text(texts[0].replace("\r\n", "\n")) if texts else ""
    except ValueError:
        raise _refused(_("This text holds characters that cannot be stored.")) from None
    if len(text) > LONGEST:
        raise _refused(_("This text is too long: at most %(limit)s characters.", limit=LONGEST))
    return text


def _text(read: Mapping[str, Any], typed: Typed) -> str | None:
    return text_of(typed) or None


def _number(read: Mapping[str, Any], typed: Typed) -> Decimal | int | None:
    text = text_of(typed)
    if not text:
        return None
    try:
        number = read_number(text)
    except FieldError:
        raise _refused(_("Enter a number, like 12.")) from None
    if read.get("whole") and number != int(number):
        raise _refused(_("Enter a whole number, like 12."))
    _bounded(read, number)
    return int(number) if number == int(number) else number


def _bounded(read: Mapping[str, Any], number: Decimal | int) -> None:
    least, most = read.get("minimum"), read.get("maximum")
    if least is not None and number < least:
        raise _refused(_("This number is too small: at least %(limit)s.", limit=least))
    if most is not None and number > most:
        raise _refused(_("This number is too large: at most %(limit)s.", limit=most))


def _flag(read: Mapping[str, Any], typed: Typed) -> bool | None:
    """A tick box; the default is not stored."""
    ticked = text_of(typed) != ""
    return None if ticked is read.get("default", False) else ticked


def _raw(read: Mapping[str, Any], typed: Typed) -> list[str]:
    """All that a field's own control posts, for its type to read."""
    return list(typed.get("value", ()))[:MOST]


def _either(read: Mapping[str, Any], typed: Typed) -> bool | None:
    return {"true": True, "false": False}.get(text_of(typed))


def _many(read: Mapping[str, Any], typed: Typed) -> list[str] | None:
    return [text for text in dict.fromkeys(typed.get("value", ())[:MOST]) if text] or None


def _lines(read: Mapping[str, Any], typed: Typed) -> list[str] | None:
    return lines(text_of(typed)) or None


def lines(text: str) -> list[str]:
    """The different lines that are not blank."""
    return list(dict.fromkeys(line.strip() for line in text.split("\n") if line.strip()))


def _title(read: Mapping[str, Any], typed: Typed) -> Any:
    """One text per language; those in languages that the app no longer has stay."""
    told = {name: text_of(typed, f"value.{name}") for name in read["locales"]}
    told = {**read.get("keep", {}), **{name: text for name, text in told.items() if text}}
    return told or None


def _map(read: Mapping[str, Any], typed: Typed) -> Any:
    """Pairs of inputs `key.0` and `value.0`; a pair whose value is blank goes."""
    found: dict[str, str] = {}
    for number in range(MOST):
        if f"key.{number}" not in typed:
            break
        key, value = text_of(typed, f"key.{number}"), text_of(typed, f"value.{number}")
        if key and value and key in found:
            raise _refused(_("This stands here twice: %(key)s.", key=key))
        if key and value:
            found[key] = value
        elif (key or value) and read.get("new") == number:
            raise Incomplete
    return found or None


def _member(read: Mapping[str, Any], typed: Typed) -> list[Any] | None:
    """All of a list, with or without one of its items."""
    rest = [item for item in read["all"] if item != read["one"]]
    return [*rest, read["one"]] if text_of(typed) else rest or None


def _member_of(read: Mapping[str, Any], typed: Typed) -> list[Any] | None:
    """All of a list of lists, one of them as it was ticked."""
    rest = list(read["all"])
    rest[read["at"] : read["at"] + 1] = [_many(read, typed) or []]
    return [item for item in rest if item] or None


_READERS: Mapping[str, Callable[[Mapping[str, Any], Typed], Any]] = {
    "text": _text,
    "raw": _raw,
    "number": _number,
    "flag": _flag,
    "either": _either,
    "many": _many,
    "lines": _lines,
    "title": _title,
    "map": _map,
    "member": _member,
    "member_of": _member_of,
}


def _placed(whole: Any, place: Sequence[Any], value: Any) -> Any:
    """`whole` with the value at a place inside, or without it."""
    inner = whole
    for step in place[:-1]:
        inner = inner[step]
    if value is None:
        inner.pop(place[-1], None)
    else:
        inner[place[-1]] = value
    return whole
