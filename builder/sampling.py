"""Records of an app as the sample records of a package."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from runtime import access
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.fields import Field
from runtime.records import rows, tables
from runtime.records.sources import within

MOST_OF_A_FORM = 200  # records; forms with more are left out
# People and departments are others elsewhere, files are not there; numbers are drawn anew.
LEFT_OUT = frozenset(("member", "department", "serial", "file", "image", "signature"))


def samples(app: str, user: User | None) -> list[dict[str, Any]]:
    """The records of the small forms of an app that the user may read, a record before those that refer to it;
    without the fields that he may not see. Nobody is the one who runs the server, who may see everything.
    """
    hidden = {form.key: _hidden(user, form) for form in lookup.forms(app)}
    known: dict[str, Form] = {
        form.key: form for form in lookup.forms(app) if not form.required & hidden[form.key] and _fits(form)
    }
    found: list[dict[str, Any]] = []
    for form in _ordered(known):
        keys = {sample["key"] for sample in found}
        stored = select(*rows.columns(form)).where(_readable(user, form)).order_by(tables.table(form).c.id)
        for row in db.session.execute(stored):
            record = rows.record(form, row).without(hidden[form.key])
            values = _values(form, record.values, keys)
            if _refers(form) <= values.keys():
                found.append({"form": form.key, "key": _key(form.key, record.id), "values": values})
    return found


def _readable(user: User | None, form: Form) -> Any:
    return within(form, access.EVERYTHING if user is None else access.visible(user, "read", form))


def _refers(form: Form) -> frozenset[str]:
    """The references without which a record cannot be written again."""
    return frozenset(key for key in form.required if form.fields[key].type.name == "reference")


def _hidden(user: User | None, form: Form) -> frozenset[str]:
    return frozenset() if user is None else access.fields(user, form).hidden


def _fits(form: Form) -> bool:
    """Whether it is small, and what it requires can be carried."""
    if any(form.fields[key].type.name in LEFT_OUT - {"serial"} for key in form.required):
        return False
    count = db.session.scalar(select(func.count()).select_from(tables.table(form))) or 0
    return count <= MOST_OF_A_FORM


def _ordered(forms: Mapping[str, Form]) -> list[Form]:
    """The forms, each after those that it refers to as far as that goes."""
    done: dict[str, Form] = {}
    waiting: set[str] = set()

    def visit(key: str) -> None:
        if key in done or key in waiting or key not in forms:
            return
        waiting.add(key)
        for one in forms[key].fields.values():
            if one.type.name in ("reference", "references"):
                visit(str(one.options.get("form")))
        done[key] = forms[key]

    for key in forms:
        visit(key)
    return list(done.values())


def _values(form: Form, values: Mapping[str, Any], keys: set[str]) -> dict[str, Any]:
    carried = {
        key: _carried(form.fields[key], value, keys)
        for key, value in values.items()
        if value is not None and _is_entered(form.fields[key])
    }
    return {key: value for key, value in carried.items() if value is not None}


def _is_entered(one: Field) -> bool:
    return one.type.stored and one.type.writable and one.type.name not in LEFT_OUT


def _carried(one: Field, value: Any, keys: set[str]) -> Any:
    if one.type.name == "references":
        listed = [_key(str(one.options.get("form")), each) for each in value]
        return [{"sample": key} for key in listed if key in keys] or None
    if one.type.name != "reference":
        return value
    key = _key(str(one.options.get("form")), value)
    return {"sample": key} if key in keys else None


def _key(form: str, record_id: int) -> str:
    return f"{form[:28]}_{record_id}"
