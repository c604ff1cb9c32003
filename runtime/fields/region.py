"""The region field type."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from runtime.fields._base import N_, Field, JsonValue, Names, Reader
from runtime.fields._options import option, own_options
from runtime.fields._paths import PathField

_DATA = next(Path(__file__).parent.glob("regions-china-*.json"))
_KEY = "^[1-9][0-9]{5}$"


class RegionField(PathField):
    """A province of China, a city or a district of it, by the codes of GB/T 2260, asked level by level.

    Kept with all that lies above it: `["330000", "330100", "330106"]`. A text of names is read too, as imports
    write it: `浙江省杭州市西湖区`, `浙江/杭州`. The list comes with the product; a code that it no longer has is
    shown as it is and cannot be chosen anew.
    """

    name = "region"
    label = N_("Region of China")
    icon = "map"
    group = "common"
    options = own_options(
        levels=option(
            N_("Levels"),
            N_("1 for provinces, 2 for cities, 3 for districts. Without it, 3."),
            2,
            {"type": "integer", "minimum": 1, "maximum": 3},
        ),
        only_ends=option(
            N_("Only the last level can be chosen"),
            N_("Without it, a province alone can be chosen, too."),
            True,
            {"type": "boolean", "default": False},
        ),
    )
    examples = (
        (["330000", "330100", "330106"], ["330000", "330100", "330106"]),
        ("浙江省杭州市上城区", ["330000", "330100", "330102"]),
        ("北京 / 北京 / 东城", ["110000", "110100", "110101"]),
        ("469023", ["460000", "469000", "469023"]),
    )
    counterexamples = ("Atlantis", "330199", ["999999", "330100"], "浙江省广州市", "浙江省杭州市上城区某路")

    def below(self, key: str, field: Field) -> Sequence[str]:
        if key and len(self.path(key, field)) >= levels_of(field):
            return ()
        return _tree().get(key, ())

    def path(self, key: str, field: Field) -> list[str]:
        if key not in _names():
            return []
        above = [key[:2] + "0000", key[:4] + "00", key]
        found = list(dict.fromkeys(above))
        return found if len(found) <= levels_of(field) else []

    def word(self, key: str, field: Field, locale: str) -> str:
        return _names().get(key, key)

    def names(self, above: str, field: Field) -> Callable[[str], str]:
        # An address names a city that is a province once.
        again = [key for key in self.below(above, field) if above and _names()[key] == _names()[above]]
        levels = [self.below(key, field) for key in (above, *again)]
        return lambda text: next(filter(None, (_named(text, keys) for keys in levels)), "")

    def must_end(self, field: Field) -> bool:
        return bool(field.options.get("only_ends", False))

    def value_schema(self, field: Field) -> dict[str, Any]:
        items = {"type": "string", "pattern": _KEY}
        return {"type": "array", "items": items, "minItems": 1, "maxItems": levels_of(field)}

    def show(self, value: JsonValue, field: Field, reader: Reader, names: Names) -> str:
        words = [self.word(key, field, reader.locale) for key in value]
        # A city that is a province stands twice in its codes, and once in an address.
        last = len(words) - 1
        return " / ".join(
            word for place, word in enumerate(words) if place == last or word not in words[:place]
        )


def levels_of(field: Field) -> int:
    """How many levels are asked."""
    return int(field.options.get("levels", 3))


def _named(text: str, keys: Sequence[str]) -> str:
    """The one of the keys that is called so, or begins so as no other one does."""
    exact = [key for key in keys if _names()[key] == text]
    begins = [key for key in keys if len(text) > 1 and _names()[key].startswith(text)]
    return exact[0] if exact else begins[0] if len(begins) == 1 else ""


@cache
def _names() -> Mapping[str, str]:
    found: dict[str, str] = json.loads(_DATA.read_text("utf-8"))
    return found


@cache
def _tree() -> Mapping[str, list[str]]:
    """What lies right below each code; below "" the provinces."""
    found: dict[str, list[str]] = {}
    for key in sorted(_names()):
        above = "" if key.endswith("0000") else f"{key[:2]}0000" if key.endswith("00") else f"{key[:4]}00"
        found.setdefault(above, []).append(key)
    return found


plugin = RegionField()
