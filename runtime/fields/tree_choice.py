"""The tree_choice field type: one of the values of a tree."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from runtime.fields._base import N_, Field, FieldError, Reader
from runtime.fields._listed import LABELS, called, label_of, values_of
from runtime.fields._options import option, own_options
from runtime.fields._paths import DEEPEST, PathField


class TreeChoiceField(PathField):
    """One of the values in `enum`, of which `parents` says what lies below what; asked level by level.

    Kept with all that lies above it: `["hardware", "pumps"]`. A value may be moved below another later; records
    follow when they are saved the next time.
    """

    name = "tree_choice"
    label = N_("Tree choice")
    icon = "list-tree"
    group = "common"
    keywords = ("enum",)
    options = own_options(
        labels=LABELS,
        parents=option(
            N_("Lies below"),
            N_("By value the one that it lies below. What is not named here stands at the top."),
            {"pumps": "hardware"},
            {"type": "object", "additionalProperties": {"type": "string"}},
        ),
        only_ends=option(
            N_("Only what has nothing below it can be chosen"),
            N_("Without it, every level can be chosen."),
            True,
            {"type": "boolean", "default": False},
        ),
    )
    example_schema = {"enum": ["hardware", "pumps", "valves", "service"]}
    example_options = {
        "labels": {"pumps": {"en": "Pumps", "zh": "泵"}},
        "parents": {"pumps": "hardware", "valves": "hardware"},
    }
    examples = (
        (["hardware", "pumps"], ["hardware", "pumps"]),
        ("valves", ["hardware", "valves"]),
        ("hardware / 泵", ["hardware", "pumps"]),
    )
    counterexamples = ("software", ["software", "pumps"], "hardware / service")

    def below(self, key: str, field: Field) -> Sequence[str]:
        return _tree(field).get(key, ())

    def path(self, key: str, field: Field) -> list[str]:
        known, parents = set(values_of(field)), field.options.get("parents", {})
        found: list[str] = []
        while key in known and key not in found:
            found.insert(0, key)
            key = parents.get(key, "")
        return found

    def word(self, key: str, field: Field, locale: str) -> str:
        return label_of(key, field, locale)

    def names(self, above: str, field: Field) -> Callable[[str], str]:
        known = called(field, self.below(above, field))
        return lambda text: known.get(text.casefold(), "")

    def must_end(self, field: Field) -> bool:
        return bool(field.options.get("only_ends", False))

    def check_options(self, field: Field) -> None:
        known = set(values_of(field))
        reachable = {way[-1] for way in _ways(_tree(field))}
        for key, parent in field.options.get("parents", {}).items():
            if key in known and (parent not in known or key not in reachable):
                raise FieldError("tree", option="parents")

    def value_schema(self, field: Field) -> dict[str, Any]:
        ways = [list(way) for way in _ways(_tree(field))]
        return {"type": "array", "items": {"type": "string"}, "enum": ways}

    def choices(self, field: Field, reader: Reader) -> list[tuple[str, str]]:
        return [
            (way[-1], " / ".join(self.word(each, field, reader.locale) for each in way))
            for way in _ways(_tree(field))
        ]


def _tree(field: Field) -> Mapping[str, list[str]]:
    """What lies right below each value; below "" what stands at the top."""
    parents, found = field.options.get("parents", {}), dict[str, list[str]]()
    known = dict.fromkeys(values_of(field))
    for key in known:
        above = parents.get(key, "")
        found.setdefault(above if above in known else "", []).append(key)
    return found


def _ways(tree: Mapping[str, list[str]], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The ways to the values in the order of the tree; those of a ring, or too deep, are not met."""
    for key in tree.get(above[-1] if above else "", ()) if len(above) < DEEPEST else ():
        yield (*above, key)
        yield from _ways(tree, (*above, key))


plugin = TreeChoiceField()
