"""Taking a field out of a form, and out of those places that are well without it."""

from typing import Any

from builder.commands import _layout

Form = dict[str, Any]


def neighbour(form: Form, key: str) -> str | None:
    """The field that stands where this one did once it is gone; None for the only one."""
    keys = _layout.order(_layout.arrange(form))
    at = keys.index(key)
    return next(iter([*keys[at + 1 : at + 2], *keys[max(at - 1, 0) : at]]), None)


def remove(form: Form, key: str) -> None:
    """Take out the field, its cell, its column in the list, its mark as required, as title and as owner."""
    sections = _layout.arrange(form)
    _layout.take_out(sections, key)
    form["properties"].pop(key)
    own = form["fw"]
    for name in ("title_field", "owner_field"):
        if own.get(name) == key:
            own.pop(name)
    _leave_out(form, "required", key)
    _leave_list(own, key)
    for name in ("unique", "duplicates"):
        _leave_sets(own, name, key)


def _leave_out(holder: dict[str, Any], name: str, key: str) -> None:
    if key in holder.get(name, ()):
        holder[name] = [each for each in holder[name] if each != key]
        if not holder[name]:
            holder.pop(name)


def _leave_list(own: dict[str, Any], key: str) -> None:
    listed = own.get("list")
    if listed is None:
        return
    _leave_out(listed, "columns", key)
    if listed.get("sort", "").removeprefix("-") == key:
        listed.pop("sort")
    if not listed:
        own.pop("list")


def _leave_sets(own: dict[str, Any], name: str, key: str) -> None:
    if name in own:
        own[name] = [keys for keys in own[name] if key not in keys]
        if not own[name]:
            own.pop(name)
