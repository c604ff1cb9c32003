"""Another key for a column that was never published, in its rows and wherever the form names it."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from builder.commands._names import Rename, columns_in_liquid, in_condition, renaming, same, with_paths
from builder.commands._workspace import Target, Workspace
from builder.where_used import TEXTS

Document = dict[str, Any]
Path = tuple[str, ...]
Change = Callable[[Path], Path]


def rename_column(work: Workspace, target: Target, key: str, new: str) -> None:
    """Exchange the key of a column (`lines.price`)."""
    form, (table, _dot, old) = work.open(target), key.partition(".")
    rows, rename = form["properties"][table]["items"], renaming(old, new)
    _own_rows(rows, rename)
    from_outside = partial(_after_table, table, rename)
    _formulas(rows, partial(_alone, rename))
    for holder in (form, *_all_rows(form)):
        _formulas(holder, from_outside)
    for message in work.targets("message"):
        if work.read(message).get("form") == target.key:
            _message(work, message, partial(columns_in_liquid, table=table, rename=rename))


def _message(work: Workspace, message: Target, rewrite: Callable[[str], str]) -> None:
    """The texts of a message that tell of rows."""
    before = work.read(message)
    after = {
        part: {locale: rewrite(text) for locale, text in before[part].items()}
        for part in TEXTS
        if part in before
    }
    if any(after[part] != before[part] for part in after):
        work.open(message).update(after)


def _after_table(table: str, rename: Rename, path: Path) -> Path:
    """`lines.price`, also as `record.lines.price`."""
    at = 1 if path[0] == "record" else 0
    if path[at : at + 1] != (table,) or len(path) != at + 2:
        return path
    return (*path[:-1], rename(path[-1]))


def _alone(rename: Rename, path: Path) -> Path:
    return (rename(path[0]),) if len(path) == 1 else path


def _all_rows(form: Document) -> Iterator[Document]:
    yield from (schema["items"] for schema in form["properties"].values() if "items" in schema)


def _own_rows(rows: Document, rename: Rename) -> None:
    """Where rows name their own columns, save in formulas."""
    rows["properties"] = {rename(key): schema for key, schema in rows["properties"].items()}
    if "required" in rows:
        rows["required"] = [rename(key) for key in rows["required"]]
    for schema in rows["properties"].values():
        own = schema["fw"]
        if "through" in own:
            own["through"] = rename(own["through"])
        if "fill" in own:
            own["fill"] = {rename(key): other for key, other in own["fill"].items()}
    for rule in rows.get("fw", {}).get("rules", ()):
        rule["when"] = in_condition(rule["when"], rename, same, own=True)
        rule["then"] = {effect: _named(on, rename) for effect, on in rule["then"].items()}


def _named(on: Any, rename: Rename) -> Any:
    if isinstance(on, dict):
        return {rename(key): value for key, value in on.items()}
    return [rename(key) for key in on]


def _formulas(holder: Document, change: Change) -> None:
    """Change the names in all formulas of a form, or of rows."""
    own = holder.get("fw", {})
    sets = [rule.get("then", {}).get("set", {}) for rule in own.get("rules", ())]
    places: list[tuple[Any, tuple[str, ...]]] = [
        (schema["fw"], ("formula", "initial")) for schema in holder["properties"].values()
    ]
    places += [(values, tuple(values)) for values in sets]
    places += [(check, ("formula",)) for check in own.get("checks", ())]
    for part, names in places:
        for name in names:
            if name in part:
                part[name] = with_paths(part[name], change)
