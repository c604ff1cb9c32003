"""What depends on what a rule acts on: in the list all of the form that reads it, in full where the rule is open."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from flask_babel import gettext as _

from builder import where_used
from builder.checks import _places
from builder.checks._context import form_of_rows
from builder.commands import _rules
from builder.properties import Used, used_of
from builder.rule_boxes import Entry
from builder.rule_targets import title
from builder.studio import Studio
from runtime import formulas
from runtime.definitions.documents import Document
from runtime.formulas import FormulaError


def in_form(studio: Studio, entries: list[Entry]) -> Mapping[str, tuple[str, ...]]:
    """For each rule, by its key, the fields, rules and checks of the form that read what it acts on; in one pass over
    the form, however many rules there are.
    """
    readers: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for read, owner, words in (*_formulas(studio), *_rules_reading(entries)):
        readers[read].append((owner, words))
    return {
        entry.key: tuple(
            dict.fromkeys(
                words for on in sorted(entry.on) for owner, words in readers[on] if owner != entry.key
            )
        )
        for entry in entries
    }


def _rules_reading(entries: list[Entry]) -> Iterator[tuple[str, str, str]]:
    for entry in entries:
        if not entry.off:
            yield from ((read, entry.key, entry.effects) for read in entry.reads)


def _formulas(studio: Studio) -> Iterator[tuple[str, str, str]]:
    """What formulas of the form and of its rows read, each with the field or check that it belongs to."""
    yield from _formulas_of(studio, studio.document, "")
    for table, schema in studio.document["properties"].items():
        if "items" in schema:
            yield from _formulas_of(studio, form_of_rows(studio.document, table), table)


def _formulas_of(studio: Studio, document: Document, table: str) -> Iterator[tuple[str, str, str]]:
    for place in _places.formulas_of_form(document, studio.context):
        owner, words = _owner(studio, document, table, place.path)
        for name in _names(place.text, table):
            yield name, owner, words


def _owner(studio: Studio, document: Document, table: str, path: tuple[str | int, ...]) -> tuple[str, str]:
    match path:
        case ("properties", str(key), *_rest):
            return _rules.inside(table, key), title(studio, _rules.inside(table, key))
        case ("fw", "rules", int(index), "then", "set", str(key)):
            rule = str(document["fw"]["rules"][index]["key"])
            return _rules.inside(table, rule), title(studio, _rules.inside(table, key))
        case ("fw", "checks", int(index), *_rest):
            return "", str(_("The check %(check)s", check=document["fw"]["checks"][index]["key"]))
    return "", ""


def _names(text: str, table: str) -> frozenset[str]:
    """The fields that a formula reads; of columns both the sub-table and `lines.price`."""
    try:
        paths = [_of_form(path, table) for path in formulas.parse(text).names]
    except FormulaError:
        return frozenset()
    return frozenset(name for path in paths if path for name in (path[0], ".".join(path)))


def _of_form(path: tuple[str, ...], table: str) -> tuple[str, ...]:
    """What a name means to the form: alone it is a column in the rows of a table."""
    if path[0] == "record":
        return path[1:]
    return (table, *path) if table else path


def everywhere(studio: Studio, entry: Entry) -> list[Used]:
    """All of the app that uses what a rule acts on, but the rule itself."""
    found: dict[str, Used] = {}
    for name in sorted(entry.on):
        for use in used_of(studio, _found(studio, entry, name)):
            found.setdefault(use.words, use)
    return list(found.values())


def _found(studio: Studio, entry: Entry, name: str) -> list[where_used.Use]:
    context, form = studio.context, studio.target.key
    find = where_used.of_field if name in context.fields(form) else where_used.of_part
    if _rules.table_of(name):
        find = where_used.of_column
    return [use for use in find(context, form, name, studio.text) if not _is_own(studio, entry, use)]


def _is_own(studio: Studio, entry: Entry, use: where_used.Use) -> bool:
    """Whether a use is the rule itself."""
    match use.path:
        case ("fw", "rules", int(index), *_rest):
            return bool(studio.document["fw"]["rules"][index]["key"] == entry.key)
        case ("properties", str(table), "items", "fw", "rules", int(index), *_rest):
            rule = studio.document["properties"][table]["items"]["fw"]["rules"][index]
            return _rules.inside(table, rule["key"]) == entry.key
    return False
