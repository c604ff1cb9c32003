"""The values of a record before they are judged: what was sent, defaults, fills, look-ups, formulas, hiding.

Pure given `Sources`. The rules decide what is hidden from the values, and hiding changes values, so both are
worked out until nothing changes; publishing refuses rings, which bounds the rounds by the number of rules.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from runtime import formulas
from runtime.access import EVERY_FIELD, FieldRights
from runtime.definitions import roll_ups
from runtime.definitions.documents import Form
from runtime.definitions.rules import GIVEN
from runtime.fields import POINTERS, Field, FieldError, ValueType
from runtime.formulas import Formula, FormulaError
from runtime.records.reads import fills, names_read, through_trees, with_first_values
from runtime.records.sources import Sources, is_id
from runtime.records.state import OPEN, State, state

Values = dict[str, Any]
Faults = dict[str, FieldError | FormulaError]


@dataclass(frozen=True)
class Case:
    """One record to be judged: the form, what is stored, who writes, when."""

    form: Form
    sources: Sources
    now: datetime
    stored: Mapping[str, Any] | None = None
    """Values in the table; None for a new record."""
    system: Mapping[str, Any] = field(default_factory=dict)
    """`id`, `created_by` and so on, as far as they are known."""
    user: Mapping[str, Any] = field(default_factory=dict)
    around: Mapping[str, Any] = field(default_factory=dict)
    """What conditions may name beside: see `runtime.surroundings`."""
    person: bool = True
    """Whether locks bind the writer: they bind people, not automations."""
    may_number: bool = False
    """Whether the writer may give serial numbers: imports and samples."""
    lookups: bool = False
    """Whether look-ups that nothing computes with are wanted too."""
    rights: FieldRights = EVERY_FIELD
    """Which fields the writer may see and write."""
    staying: frozenset[str] = frozenset()
    """Fields whose stored values stay, because nobody edits the record; of rows `lines.price`."""
    outside: Mapping[str, Any] | None = None
    """Of a row of a sub-table: the values of its record, as far as they are worked out."""
    outside_before: Mapping[str, Any] = field(default_factory=dict)
    """Of a row of a sub-table: what its record held before."""

    @property
    def before(self) -> Mapping[str, Any]:
        return self.stored or {}

    def of_stored(self, values: Mapping[str, Any]) -> "Case":
        """The same with these values in the table; for thousands of rows, where `replace` took a tenth of all work."""
        own = object.__new__(Case)
        vars(own).update(vars(self), stored=values)
        return own

    def is_kept(self, key: str) -> bool:
        """Whether the stored value stays, whatever is sent and whatever rules say: it is out of the writer's hands."""
        stays = key in self.rights.closed or key in self.staying
        return self.stored is not None and stays and self.form.fields[key].type.writable


@dataclass
class Outcome:
    """Values with the state that goes with them; `unread` are what was sent and cannot be read, `uncomputed`
    what cannot be computed from the rest.
    """

    values: Values
    state: State
    unread: Faults
    uncomputed: Faults
    ignored: tuple[str, ...]
    rows: "Rows"


@dataclass(frozen=True)
class RowOutcome:
    """One row of a sub-table; `id` is that of the stored row it was, None for a new one."""

    id: int | None
    case: Case
    outcome: Outcome

    def as_value(self) -> Values:
        """The row as the record holds it."""
        known = {} if self.id is None else {"id": self.id}
        return {**known, **self.outcome.values}


Rows = dict[str, tuple[RowOutcome, ...]]


@dataclass
class _Attempt:
    """What one round of working out finds beside the values."""

    errors: Faults = field(default_factory=dict)
    rows: Rows = field(default_factory=dict)


Sent = Mapping[str, Any]


def settle(case: Case, given: Mapping[str, Any]) -> Outcome:
    """The values that the record would have, and the state of the form with them.

    First values (`default`, `initial`) count for a new record. In a change they count for a field that rules
    hid in the stored record and no longer hide, as long as it is empty and the writer says nothing of it.
    """
    sent, faults = _read(case, given)
    baseline = _defaults(case, sent) if case.stored is None else _reopened(case, sent, case.stored)
    values, current, found = _settled(case, sent, baseline)
    ignored = tuple(key for key in given if key not in sent and key not in faults)
    ignored += tuple(key for key in sent if _dropped(case, key, current))
    ignored += _ignored_in_rows(found.rows)
    return Outcome(values, current, faults, found.errors, ignored, found.rows)


def _ignored_in_rows(rows: Rows) -> tuple[str, ...]:
    """The columns that were sent and not taken, each once: `lines.price`."""
    paths = (f"{table}.{key}" for table, each in rows.items() for row in each for key in row.outcome.ignored)
    return tuple(dict.fromkeys(paths))


def _settled(case: Case, sent: Sent, baseline: Mapping[str, Any]) -> tuple[Values, State, _Attempt]:
    current = OPEN
    if not case.form.rules:  # as of most rows: nothing depends on what the values are
        found = _Attempt()
        return _assemble(case, sent, baseline, current, found), current, found
    for _round in range(len(case.form.rules) + 2):
        found = _Attempt()
        values = _assemble(case, sent, baseline, current, found)
        following = state(case.form, values, _facts(case, values))
        if following == current:
            break
        current = following
    return values, current, found


def facts(case: Case, values: Mapping[str, Any]) -> dict[str, Any]:
    """What conditions may name beside the record's own fields."""
    return _facts(case, values)


def _facts(case: Case, values: Mapping[str, Any]) -> dict[str, Any]:
    record = {**case.system, **values} if case.outside is None else case.outside
    return {**case.around, "record": record, "user": case.user}


def _read(case: Case, given: Mapping[str, Any]) -> tuple[Values, Faults]:
    """The values of the writer in canonical form; None clears. What he may not write is left out."""
    sent: Values = {}
    faults: Faults = {}
    for key, value in given.items():
        found = case.form.fields.get(key)
        if found is None or not _may_write(case, found):
            continue
        try:
            sent[key] = None if value is None else _as_held(found, value, case.before.get(key))
        except FieldError as error:
            faults[key] = error
    return sent, faults


def _as_held(found: Field, value: Any, held: Any) -> Any:
    """The value in canonical form. The same choices in another order, since options were moved, are no change."""
    read = found.type.normalise(value, found)
    is_list = found.type.value_type is ValueType.LIST and held is not None
    return held if is_list and found.type.normalise(held, found) == read else read


def _may_write(case: Case, found: Field) -> bool:
    if found.key in case.rights.closed:
        return False
    # A number is given once: to a record that has none yet.
    may_number = case.may_number and found.type.name == "serial" and not case.before.get(found.key)
    return found.type.writable or may_number


def _defaults(case: Case, sent: Sent) -> Values:
    """What an untouched new record holds."""
    values: Values = {}
    for key, found in case.form.fields.items():
        if key not in sent or key in fills(case.form):
            _put(values, key, _first_value(case, found, values))
    return values


def _reopened(case: Case, sent: Sent, stored: Mapping[str, Any]) -> Values:
    """The stored values, with first values for the empty fields that rules hid: they count once these show."""
    values = {**stored, **_moved(case, stored)}
    beginning = with_first_values(case.form)
    empty = beginning - stored.keys() - sent.keys() if beginning else beginning
    if not (empty and sent):
        return values
    hidden = _settled(case, {}, values)[1].hidden
    for key in case.form.fields:
        if key in empty and key in hidden and not case.is_kept(key):
            _put(values, key, _first_value(case, case.form.fields[key], values))
    return values


def _moved(case: Case, stored: Mapping[str, Any]) -> Values:
    """The stored ways through a tree as they go now: an option that was moved may not stop every later write."""
    ways = through_trees(case.form)
    if not ways:
        return {}
    fields = (case.form.fields[key] for key in ways if key in stored and key not in case.rights.closed)
    return {found.key: found.type.normalise(stored[found.key], found) for found in fields}


def _first_value(case: Case, found: Field, values: Mapping[str, Any]) -> Any:
    """What an untouched field begins with: `default`, or what `initial` gives; a formula that fails, nothing. A roll-up
    begins with what it is of no records.
    """
    if found.key in roll_ups.of(case.form):
        return roll_ups.of(case.form)[found.key].of_nothing
    if found.default is not None or "initial" not in found.options:
        return found.default
    try:
        return canonical(found, _evaluate(case, formulas.parse(found.options["initial"]), values))
    except (FormulaError, FieldError):
        return None


def _dropped(case: Case, key: str, current: State) -> bool:
    if case.may_number and case.form.fields[key].type.name in GIVEN:
        return False
    return key in current.hidden or (case.person and key in current.locked)


def _assemble(
    case: Case,
    sent: Sent,
    baseline: Mapping[str, Any],
    current: State,
    found: _Attempt,
) -> Values:
    values = dict(baseline)
    accepted = {key: value for key, value in sent.items() if not _dropped(case, key, current)}
    for key, value in accepted.items():
        _put(values, key, value)
    for key, mode in current.hidden.items():
        if case.is_kept(key) or key in accepted or key in roll_ups.of(case.form):
            continue  # other records write roll-ups, shown or not
        if mode == "clear" or _not_there_yet(case, key):
            values.pop(key, None)
    for _pass in range(2 if current.settings else 1):  # a formula may read what a rule sets, and the reverse
        _compute(case, accepted, baseline, values, current, found)
        _apply_settings(case, values, current, found)
    return values


def _not_there_yet(case: Case, key: str) -> bool:
    # The first value of a field that stays hidden, which keeps its value: a stored record has none.
    return case.stored is not None and key not in case.stored


def _compute(
    case: Case,
    accepted: Sent,
    baseline: Mapping[str, Any],
    values: Values,
    current: State,
    attempt: _Attempt,
) -> None:
    for key in case.form.computed_order:
        if key in case.form.rows and case.is_kept(key):
            attempt.rows[key] = _rows(case, key, values, {})  # to be read only, or computed anew
            if key in case.staying and key not in case.rights.closed:
                _put_rows(values, key, attempt.rows[key])
        if current.hidden.get(key, "compute") != "compute" or case.is_kept(key):
            continue
        found = case.form.fields[key]
        try:
            if found.type.name == "formula":
                result = _evaluate(case, formulas.parse(found.options["formula"]), values)
                _put(values, key, canonical(found, result))
            elif found.type.name == "lookup":
                _look_up(case, found, values)
            elif key in case.form.rows:
                attempt.rows[key] = _rows(case, key, values, accepted)
                _put_rows(values, key, attempt.rows[key])
            else:
                _fill(case, key, accepted, baseline, values)
        except (FormulaError, FieldError) as error:
            attempt.errors[key] = error
            values.pop(key, None)


def _rows(case: Case, key: str, values: Values, accepted: Sent) -> tuple[RowOutcome, ...]:
    """Each row worked out. One that was sent with the `id` of a stored row is that row changed; any other is new."""
    known = {row["id"]: row for row in case.before.get(key, ())}
    new, found = row_case(case, key, values), []
    for sent in values.get(key, ()):
        stored = known.pop(sent["id"], None) if is_id(sent.get("id")) else None
        own = new if stored is None else new.of_stored(_cells(stored))
        settled = settle(own, _cells(sent) if key in accepted else {})
        found.append(RowOutcome(stored and stored["id"], own, settled))
    return tuple(found)


def _put_rows(values: Values, key: str, rows: tuple[RowOutcome, ...]) -> None:
    _put(values, key, [row.as_value() for row in rows] or None)


def _cells(row: Mapping[str, Any]) -> Values:
    return {name: cell for name, cell in row.items() if name != "id"}


def row_case(case: Case, key: str, values: Mapping[str, Any]) -> Case:
    """A new row of a sub-table of a record with these values."""
    return replace(
        case,
        form=case.form.rows[key],
        stored=None,
        system={},
        rights=case.rights.of_rows(key),
        staying=frozenset(case.form.rows[key].fields) if key in case.staying else _staying_in(case, key),
        outside={**case.system, **values},
        outside_before={**case.system, **case.before},
    )


def _staying_in(case: Case, key: str) -> frozenset[str]:
    """The columns of a sub-table whose stored values stay: `lines.price`."""
    start = f"{key}."
    return frozenset(each.removeprefix(start) for each in case.staying if each.startswith(start))


def _fill(case: Case, key: str, accepted: Sent, baseline: Mapping[str, Any], values: Values) -> None:
    """Copy from the record just picked, unless the writer emptied the field or gave a value of his own."""
    for reference, source in fills(case.form)[key]:
        picked = values.get(reference)
        if picked is None or picked == case.before.get(reference):
            continue
        if key in accepted and (accepted[key] is None or accepted[key] != baseline.get(key)):
            continue
        if (reference, source) in case.rights.unread and key not in case.rights.hidden:
            continue  # what the writer may not see there must not be shown to him here
        copied = case.sources.value(str(case.form.fields[reference].options["form"]), picked, source)
        if copied is None and case.stored is None:
            copied = baseline.get(key)
        _put(values, key, copied)


def _look_up(case: Case, found: Field, values: Values) -> None:
    values.pop(found.key, None)
    if not case.lookups and case.outside is None and found.key not in names_read(case.form):
        return
    looked_up = case.form.looked_up(found.key)
    picked = looked_up and values.get(looked_up.through)
    if looked_up and picked is not None:
        _put(values, found.key, case.sources.value(looked_up.form, picked, looked_up.field))


def _apply_settings(case: Case, values: Values, current: State, attempt: _Attempt) -> None:
    for key, setting in current.settings:
        if key not in case.form.fields:  # of a draft that is tried
            continue
        if current.hidden.get(key, "compute") != "compute" or case.is_kept(key):
            continue
        try:
            result = _evaluate(case, setting, values) if isinstance(setting, Formula) else setting
            _put(values, key, canonical(case.form.fields[key], result))
            if key in attempt.rows:  # a rule can only clear a sub-table
                attempt.rows[key] = ()
        except (FormulaError, FieldError) as error:
            attempt.errors[key] = error


def _evaluate(case: Case, formula: Formula, values: Mapping[str, Any]) -> Any:
    return formulas.evaluate(formula, reader(case, values), now=case.now, zone=case.form.zone)


def reader(case: Case, values: Mapping[str, Any]) -> Callable[[tuple[str, ...]], Any]:
    """How formulas of this case read: `qty`, `record.qty`, `record.created_by`, `user.id`, `lines.amount`. In a row
    of a sub-table `record.qty` is a field of its record.
    """

    def read(path: tuple[str, ...]) -> Any:
        if path[0] == "user":
            return case.user.get(path[1]) if len(path) == 2 else None
        if path[0] == "record" and case.outside is not None:
            return at_path(case.outside, path[1:], case.system)
        return at_path(values, path[1:] if path[0] == "record" else path, case.system)

    return read


def at_path(values: Mapping[str, Any], path: tuple[str, ...], system: Mapping[str, Any]) -> Any:
    """The value of a field, or of what every record has; of `lines.amount` a list, with a value of each row."""
    value = values.get(path[0], system.get(path[0])) if path else None
    if len(path) == 1 or not isinstance(value, list):
        return value
    return [row.get(path[1]) for row in value if isinstance(row, Mapping)]


def canonical(found: Field, value: Any) -> Any:
    """A computed value as the field keeps it; formulas know ids only as Decimals."""
    if value is None:
        return None
    if isinstance(value, Decimal) and found.type.name in POINTERS and value == int(value):
        value = int(value)
    return found.type.normalise(value, found)


def _put(values: Values, key: str, value: Any) -> None:
    if value is None:
        values.pop(key, None)
    else:
        values[key] = value
