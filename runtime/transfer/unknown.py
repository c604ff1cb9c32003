"""Names that no record has yet: of other rows of the same file, which come first, or of records that the import makes.

A name is that of a record where both are the same, letter by letter. A row that waits for another which stands below it
is written in a later pass. What is made along with a row is known by its token, so that it
is made once, whatever becomes of a worker, and goes with the last row that is taken back.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from runtime import access, problems
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.errors import Conflict, Forbidden, Invalid, NotFound
from runtime.fields import Field, FieldError
from runtime.records import deletion, naming, store, tokens
from runtime.transfer import mapping, meaning
from runtime.transfer.models import ImportMark

if TYPE_CHECKING:
    from runtime.transfer.planning import Desk, Plan


def of_form(form: Form, key: str) -> str:
    """The form to whose records a column refers by one name each; "" for other columns."""
    one = mapping.field_of(form, key)
    is_one = one is not None and one.type.name == "reference" and "." not in key
    return str(one.options.get("form", "")) if one is not None and is_one else ""


def may_wait(desk: "Desk", key: str) -> bool:
    """Whether a name in this column may be one that no record has yet."""
    target = of_form(desk.form, key)
    if target == desk.form.key:
        return naming_key(desk) in desk.own.mapping
    return bool(target) and bool(desk.own.options.get("unknown")) and titled(desk, target) is not None


def naming_key(desk: "Desk") -> str:
    """The field by whose value other rows of the file may be named; "" for none."""
    title = naming.title_field(desk.form)
    return title.key if title is not None and _is_typed(title) else ""


def _is_typed(title: Field) -> bool:
    return title.type.name == "text"


def titled(desk: "Desk", key: str) -> tuple[Form, Field] | None:
    """The form of which this person may make a record by its title, and that field."""
    form = lookup.form_if_any(desk.form.app, key)
    title = naming.title_field(form) if form is not None else None
    if form is None or title is None or not _is_typed(title) or not access.can(desk.user, "create", form):
        return None
    return None if title.key in access.fields(desk.user, form).closed else (form, title)


def offered(form: Form, mapped: Iterable[str]) -> list[str]:
    """The chosen columns in which a name may be that of a record to be made."""
    return [key for key in mapped if of_form(form, key) not in ("", form.key)]


def has_own(form: Form, mapped: Iterable[str]) -> bool:
    """Whether one of the chosen columns refers to records of the form itself."""
    return any(of_form(form, key) == form.key for key in mapped)


def mark(name: str) -> str:
    """What tells that a row of the file has this name."""
    return "t" + hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[1:]


def marks(desk: "Desk", plans: Iterable["Plan"]) -> dict[str, int]:
    """The marks of the names of rows, with their numbers; none where no column refers to the form itself."""
    names = ((plan, _name(desk, plan)) for plan in plans)
    return {mark(name): plan.number for plan, name in names if name}


def _name(desk: "Desk", plan: "Plan") -> str:
    name = plan.values.get(desk.naming_key) if desk.naming_key else None
    return name if isinstance(name, str) else ""


def note(desk: "Desk", plan: "Plan", record_id: int | None) -> None:
    """Let the rows behind this one refer to the record that it became."""
    if name := _name(desk, plan):
        desk.written[name] = None if name in desk.written else record_id


def missing(desk: "Desk", plan: "Plan") -> list[str]:
    """The fields of a row whose names no row before it has, nor was there a record of this name."""
    own = (key for key in plan.waits if of_form(desk.form, key) == desk.form.key)
    return [key for key in own if desk.written.get(plan.waits[key]) is None]


def look(session: Session, desk: "Desk", plans: Iterable["Plan"], *, last: bool) -> None:
    """Tell of each plan what it waits for in vain; where it may come yet, unless this is the `last` look, the row is to
    be looked at again.
    """
    waiting = [(plan, key, name) for plan in plans for key, name in plan.waits.items()]
    own = [(plan, key, name) for plan, key, name in waiting if of_form(desk.form, key) == desk.form.key]
    wanted = {mark(name) for _plan, _key, name in own}
    there: set[str] = set()
    if wanted:
        mine = (ImportMark.import_id == desk.own.id, ImportMark.mark.in_(wanted))
        there = set(session.scalars(select(ImportMark.mark).where(*mine)))
    for plan, key, name in own:
        if mark(name) not in there and last:
            plan.problems.append([key, nobody(desk, key, name)])
        elif mark(name) not in there:
            plan.is_later = True
    others = [each for each in waiting if of_form(desk.form, each[1]) != desk.form.key]
    refused = {(key, name): _refused(desk, key, name) for key, name in {each[1:] for each in others}}
    for plan, key, name in others:
        if why := refused[key, name]:
            plan.problems.append([key, why])


def nobody(desk: "Desk", key: str, name: str) -> str:
    """That there is no record of this name."""
    return problems.sentence("nobody", {"text": name[:80]}, mapping.label(desk.form, key))


def _refused(desk: "Desk", key: str, name: str) -> str:
    """Why no record of this name can be made; "" where it can."""
    found = titled(desk, of_form(desk.form, key))
    if found is None:
        return nobody(desk, key, name)
    form, title = found
    try:
        store.probe(desk.actor, form, {title.key: title.type.parse(name, title, desk.reader)})
    except (FieldError, Invalid, Forbidden, NotFound, Conflict) as error:
        why = error.problems[0].message if isinstance(error, Invalid) else nobody(desk, key, name)
        return str(_("“%(name)s” cannot be made: %(why)s", name=name[:80], why=why))
    return ""


def made(desk: "Desk", waits: Mapping[str, str]) -> dict[str, int]:
    """Make the records that a row waits for, but for those of its own file, and give the ids of all by the field;
    Invalid, Forbidden for one that cannot be made. Never commits.
    """
    return {key: _made(desk, key, name) for key, name in waits.items()}


def _made(desk: "Desk", key: str, name: str) -> int:
    written = desk.written.get(name) if of_form(desk.form, key) == desk.form.key else None
    if written is not None:
        return written
    found = titled(desk, of_form(desk.form, key))
    if found is None:
        raise Conflict(nobody(desk, key, name), code="nobody")
    form, title = found
    token = _token(desk, form, name)
    there = tokens.record_of(form, desk.user.id, token)
    if there is not None:
        return there
    value = title.type.parse(name, title, desk.reader)
    return store.save(desk.actor, form, {title.key: value}, token=token).id


def _token(desk: "Desk", form: Form, name: str) -> str:
    digest = hashlib.sha256(f"{form.key} {name}".encode("utf-8", "replace")).hexdigest()
    return f"import:{desk.own.id}:{digest[:40]}"


def drop(session: Session, desk: "Desk", cells: Mapping[str, meaning.Cell]) -> None:
    """Put into the trash what was made along with a row that is taken back, unless something refers to it, somebody
    changed it since, or the person may not.
    """
    for key in offered(desk.form, cells) if desk.own.options.get("unknown") else ():
        form = lookup.form_if_any(desk.form.app, of_form(desk.form, key))
        name = meaning.text(mapping.field_of(desk.form, key), cells[key])
        event = form and name and tokens.event_of(form, desk.user.id, _token(desk, form, name))
        if not form or not event:
            continue
        try:
            with session.begin_nested():
                deletion.delete(desk.actor, form, event.record_id, revision=event.revision)
        except (Conflict, Forbidden, NotFound):
            continue
