"""The last try of each rule with a record: kept when somebody asks for it, told beside the rule."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import delete, select

from builder import reasons, trying
from builder.commands import _rules
from builder.models_rule_trials import RuleTrial
from builder.rehearsing import sees_all
from builder.rule_boxes import stored
from builder.studio import Studio
from builder.trying import Tried
from runtime import access, documents
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.records import query

MOST_ROWS = 30  # that are named; rows are numbered to 5,000


@dataclass(frozen=True)
class Told:
    """A try as the list of rules tells it; `record` is empty where the person may not read that record, `result` where
    it was worked out with what may be hidden from him.
    """

    record: str
    result: str
    by: str
    at: datetime
    is_stale: bool


def keep(studio: Studio, tested: Tried, record_id: int) -> None:
    """Keep what each rule in force says of the record. In the caller's transaction."""
    tries = [
        _trial(studio, tested, key, rule, record_id)
        for key, rule in stored(studio).items()
        if not rule.get("off")
    ]
    names = [each.rule for each in tries]
    own = (RuleTrial.definition_id == studio.draft.definition_id, RuleTrial.rule.in_(names))
    db.session.execute(delete(RuleTrial).where(*own))
    db.session.add_all(tries)


def _trial(studio: Studio, tested: Tried, key: str, rule: Any, record_id: int) -> RuleTrial:
    table = _rules.table_of(key)
    rows = _rows(tested, table, rule) if table else []
    return RuleTrial(
        definition_id=studio.draft.definition_id,
        rule=key,
        record_id=record_id,
        applies=bool(rows) if table else reasons.applies(tested, rule["key"]),
        rows=",".join(map(str, rows[:MOST_ROWS])),
        digest=_digest(rule),
        by=studio.user.id,
    )


def _rows(tested: Tried, table: str, rule: Any) -> list[int]:
    listed = trying.rows(tested, table)
    return [at for at, row in enumerate(listed, start=1) if reasons.applies(row, rule["key"])]


def _digest(rule: Any) -> str:
    return blake2b(documents.dumps(rule).encode(), digest_size=16).hexdigest()


def last(studio: Studio) -> Mapping[str, Told]:
    """The last try of each rule, by its key."""
    found = select(RuleTrial, User.name).join(User, User.id == RuleTrial.by).order_by(RuleTrial.id)
    own = found.where(RuleTrial.definition_id == studio.draft.definition_id)
    tries = [(row[0], row[1]) for row in db.session.execute(own)]
    form = lookup.form_if_any(studio.app, studio.target.key)
    known = _titles(studio, form, {each.record_id for each, _name in tries})
    sees = _sees(studio, form, known)
    rules = stored(studio)
    return {
        each.rule: _told(each, name, known, rules[each.rule], sees(each))
        for each, name in tries
        if each.rule in rules
    }


def _titles(studio: Studio, form: Form | None, ids: set[int]) -> dict[int, str]:
    known = query.titles(form, ids - {0}, user=studio.user) if form and ids - {0} else {}
    return {**known, 0: str(_("An empty record"))}


def _sees(studio: Studio, form: Form | None, readable: Mapping[int, str]) -> Callable[[RuleTrial], bool]:
    """Whether the result of a try tells this person nothing: whoever tried it may have seen more of the record."""
    if sees_all(studio.user):
        return lambda trial: True
    rights = access.fields(studio.user, form) if form else access.EVERY_FIELD
    sees_whole = not rights.hidden and not rights.unread

    def sees(trial: RuleTrial) -> bool:
        is_told = sees_whole and trial.record_id in readable
        return trial.by == studio.user.id or trial.record_id == 0 or is_told

    return sees


def _told(trial: RuleTrial, by: str, titles: Mapping[int, str], rule: Any, sees: bool) -> Told:
    return Told(
        record=titles.get(trial.record_id, ""),
        result=_result(trial) if sees else "",
        by=by,
        at=trial.at,
        is_stale=trial.digest != _digest(rule),
    )


def _result(trial: RuleTrial) -> str:
    if not trial.applies:
        return str(_("applies to no row") if _rules.table_of(trial.rule) else _("does not apply"))
    if not trial.rows:
        return str(_("applies"))
    rows = trial.rows.split(",")
    told = str(_(", ")).join(rows)
    return str(ngettext("applies to row %(rows)s", "applies to rows %(rows)s", len(rows), rows=told))
