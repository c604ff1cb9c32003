"""Judges the values of a record: defaults → fill and look-ups → visibility → computed → required → validation
→ checks. Pure given `Sources`, and without writing, so that a form can be judged while it is filled.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from referencing import Registry

from runtime import formulas, problems
from runtime.access import FieldRights
from runtime.definitions.documents import Form
from runtime.definitions.keeping import kept
from runtime.definitions.rules import Check
from runtime.errors import Problem
from runtime.fields import POINTERS, Field, FieldError, ValueType
from runtime.fields.sub_table import fewest_rows, most_rows
from runtime.formulas import FormulaError
from runtime.records import values as settling
from runtime.records.fitting import Fits, fits
from runtime.records.reads import field_of
from runtime.records.rows import seen
from runtime.records.state import OPEN, State
from runtime.records.values import Case, Outcome, Values
from runtime.records.wording import problem, said

NOT_AVAILABLE = "not_available"


@dataclass(frozen=True)
class Judged:
    """What a save would store and say. `values` holds look-ups too; `ignored` are the keys that were sent but
    may not be written; `facts` is what the conditions on offered records may name. Fields that the writer may
    not see are not `visible`, and no problem speaks of them; `hidden` are their keys. `rows` are the judgements on
    the rows of each sub-table, `untouched` that on a new row of it, for whoever fills a form. `overruled` are the
    fields that rules clear or set now: what is typed there does not count.
    """

    values: Values
    visible: frozenset[str]
    required: frozenset[str]
    locked: frozenset[str]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    ignored: tuple[str, ...]
    facts: Mapping[str, Any]
    hidden: frozenset[str] = frozenset()
    rows: Mapping[str, tuple["Judged", ...]] = field(default_factory=dict)
    untouched: Mapping[str, "Judged"] = field(default_factory=dict)
    overruled: frozenset[str] = frozenset()

    def for_reader(self) -> "Judged":
        """The same without the values of what the writer may not see."""
        if not self.hidden:
            return self
        rows = {key: tuple(row.for_reader() for row in judged) for key, judged in self.rows.items()}
        return replace(self, values=seen(self.values, self.hidden), rows=rows)


def judge(case: Case, given: Mapping[str, Any]) -> Judged:
    """The judgement on a record of this case with the given values; None as a value clears it."""
    return _judged(case, settling.settle(case, given))


def _judged(case: Case, outcome: Outcome) -> Judged:
    rights, state = case.rights, outcome.state
    form = case.form
    standing = _undisturbed(form, rights) if state is OPEN else _standing(form, rights, state)
    there, visible, required, locked = standing
    found = _Findings(case, outcome, there)
    found.unread()
    found.missing(required)
    found.unfit()
    rows = found.in_rows()
    if _points(form):
        found.unavailable()
    found.uncomputed()
    found.failed_checks()
    found.told_by_rules()
    return Judged(
        values=outcome.values,
        visible=visible,
        required=required,
        locked=locked,
        problems=tuple(_ordered(case.form, found.problems)) if found.problems else (),
        warnings=tuple(found.warnings),
        ignored=outcome.ignored,
        facts=settling.facts(case, outcome.values),
        hidden=rights.hidden,
        rows=rows,
        untouched=_untouched(case, outcome.values) if case.lookups else {},
        overruled=found.overruled,
    )


def _standing(form: Form, rights: FieldRights, state: State) -> tuple[frozenset[str], ...]:
    """The fields that no rule hides, and those of them that the writer sees, must fill, and may not write."""
    there = frozenset(form.fields.keys() - state.hidden.keys())
    visible = there - rights.hidden
    asked = (form.required | state.required) - rights.closed
    return there, visible, frozenset(asked & visible), state.locked | rights.closed


@kept(1024)
def _undisturbed(form: Form, rights: FieldRights) -> tuple[frozenset[str], ...]:
    """The same where no rule does anything, as in most rows: found out once."""
    return _standing(form, rights, OPEN)


def _untouched(case: Case, values: Values) -> dict[str, Judged]:
    cases = {key: settling.row_case(case, key, values) for key in case.form.rows}
    return {key: judge(each, {}).for_reader() for key, each in cases.items()}


def _ordered(form: Form, found: Iterable[Problem]) -> list[Problem]:
    place = {key: index for index, key in enumerate(form.fields)}
    return sorted(found, key=lambda each: place.get(str(each.path[0]), 0))


class _Findings:
    """Gathers what is wrong, one problem for a field: the first that is found.

    `visible` are the fields that no rule hides. Those that the writer may not see or write are judged too, but a
    value that does not fit is left out without a word: he could not mend it.
    """

    def __init__(self, case: Case, outcome: Outcome, visible: frozenset[str]) -> None:
        self.case, self.form, self.values = case, case.form, outcome.values
        self.visible, self._outcome = visible, outcome
        self.overruled = frozenset(key for key, _setting in outcome.state.settings)
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self._at: set[str] = set()

    def _add(self, key: str, code: str, params: Mapping[str, Any] | None = None) -> None:
        if key in self.case.rights.closed:
            self._leave_out(key)
        elif key not in self._at:
            self._at.add(key)
            self.problems.append(problem(self.form, key, code, params))

    def _leave_out(self, key: str) -> None:
        if not self.case.is_kept(key):
            self.values.pop(key, None)

    def unread(self) -> None:
        """Values that were sent and could not be read, save where a rule decides on the value."""
        for key, error in self._outcome.unread.items():
            if key in self.visible - self.overruled:
                self._fault(key, error)

    def uncomputed(self) -> None:
        """Values that could not be computed, save where what they are made from has a problem already."""
        for key, error in self._outcome.uncomputed.items():
            field = self.form.fields[key]
            formula = field.options["formula"] if field.type.name == "formula" else None
            if key in self.case.rights.closed:
                self._leave_out(key)
            elif key in self.visible and not (formula and self._reads_wrong(formulas.parse(formula).names)):
                self._fault(key, error)

    def _fault(self, key: str, error: FieldError | FormulaError) -> None:
        if isinstance(error, FieldError):
            self._add(key, error.code, error.params)
        elif key not in self._at:
            self._at.add(key)
            self.problems.append(Problem((key,), error.code, formulas.sentence(error)))

    def missing(self, required: frozenset[str]) -> None:
        """Required fields without a value."""
        for key in sorted(required):
            if key not in self.values and self.form.fields[key].type.writable:
                self._add(key, "required")

    def unfit(self) -> None:
        """Values that their schema or their field type refuses."""
        for key, surely_fits in _fitting(self.form).items():
            if key not in self.values or key not in self.visible or key in self._at or self.case.is_kept(key):
                continue
            value = self.values[key]
            error = None if surely_fits(value) else self._error(key, value)
            if error is not None and self.form.fields[key].type.name in POINTERS:
                self._add(key, NOT_AVAILABLE)
            elif error is not None:
                self._add(key, *problems.from_json_schema(error, self.form.fields[key]))
            else:
                self._check(self.form.fields[key])

    def _error(self, key: str, value: Any) -> ValidationError | None:
        return next(validators(self.form)[key].iter_errors(value), None)

    def in_rows(self) -> dict[str, tuple[Judged, ...]]:
        """The judgement on each row of each sub-table; its problems are told by their way: `lines`, 2, `price`."""
        found = {}
        for key, rows in self._outcome.rows.items():
            if key not in self.visible:
                continue
            found[key] = tuple(_judged(row.case, row.outcome) for row in rows)
            if rows and not self.case.is_kept(key):
                self.values[key] = [row.as_value() for row in rows]
            if key not in self.case.rights.closed:
                self._of_rows(key, found[key])
        return found

    def _of_rows(self, key: str, rows: tuple[Judged, ...]) -> None:
        fewest, most = fewest_rows(self.form.fields[key]), most_rows(self.form.fields[key])
        if rows and len(rows) < fewest:
            self._add(key, "fewest_rows", {"limit": fewest})
        if len(rows) > most:
            self._add(key, "most_rows", {"limit": most})
        for index, row in enumerate(rows):
            for each in row.problems:
                self._at.add(key)
                self.problems.append(replace(each, path=(key, index, *each.path)))
            self.warnings += (replace(each, path=(key, index, *each.path)) for each in row.warnings)

    def _check(self, field: Field) -> None:
        try:
            field.type.check(self.values[field.key], field)
        except FieldError as error:
            self._add(field.key, error.code, error.params)

    def unavailable(self) -> None:
        """References, members, departments that are not there for this writer: one answer for all reasons."""
        for key in self._pointers("reference"):
            if self._may_have_changed(key) and not self._is_offered(key):
                self._add(key, NOT_AVAILABLE)
        for key in self._pointers("references"):
            if not self._are_offered(key):
                self._add(key, NOT_AVAILABLE)
        self._gone("member", lambda ids: self.case.sources.members(ids).keys())
        self._gone("department", self.case.sources.departments)
        self._gone_files()

    def _pointers(self, kind: str) -> list[str]:
        return [
            key
            for key in pointers(self.form, kind)
            if key in self.values
            and key in self.visible
            and key not in self._at
            and not self.case.is_kept(key)
        ]

    def _changed(self, key: str) -> bool:
        return self.values.get(key) != self.case.before.get(key)

    def _may_have_changed(self, key: str) -> bool:
        """Whether the reference or a value that its offer compares with is another than the stored one."""
        return self._changed(key) or self._compares_anew(key)

    def _compares_anew(self, key: str) -> bool:
        """Whether a value of the record that the offer compares with is another than the stored one."""
        after: Mapping[str, Any] = self.values
        before = self.case.before
        if self.case.outside is not None:  # a row: its record is another one
            after, before = self.case.outside, self.case.outside_before
        return any(after.get(name) != before.get(name) for name in _offer_reads(self.form, key))

    def _is_offered(self, key: str) -> bool:
        target = str(self.form.fields[key].options["form"])
        if target == self.form.key and self.values[key] == self.case.system.get("id"):
            return False
        record = self.case.sources.record(target, self.values[key])
        offer = self.form.offers.get(key)
        if record is None or offer is None:
            return record is not None
        return offer.holds(dict(record), settling.facts(self.case, self.values))

    def _are_offered(self, key: str) -> bool:
        """Whether the writer may read the records that are new in the list, and they are offered; what stood there
        stays, read or not.
        """
        target, added = str(self.form.fields[key].options["form"]), set(self.values[key])
        before = set(self.case.before.get(key, ()))
        asked = set(self.values[key]) if self._compares_anew(key) else added - before
        added -= before
        if target == self.form.key and self.case.system.get("id") in added:
            return False
        if added and added != self.case.sources.records(target, added):
            return False
        return self._meet_offer(key, target, asked)

    def _meet_offer(self, key: str, target: str, asked: Iterable[int]) -> bool:
        """Whether the list offers these records, as far as the writer may read them."""
        offer = self.form.offers.get(key)
        if offer is None:
            return True
        facts = settling.facts(self.case, self.values)
        there = self.case.sources.whole(target, asked)
        return all(offer.holds(dict(record), facts) for record in there.values())

    def _gone(self, kind: str, existing: Any) -> None:
        changed = [key for key in self._pointers(kind) if self._changed(key)]
        there = existing(self.values[key] for key in changed) if changed else ()
        for key in changed:
            if self.values[key] not in there:
                self._add(key, NOT_AVAILABLE)

    def _gone_files(self) -> None:
        """Files that are new in the record must wait for it: those of other records are not given away."""
        for key in holding_files(self.form):
            if key not in self.visible or key in self._at or self.case.is_kept(key):
                continue  # perhaps it is no list
            added = set(self.values.get(key, ())) - set(self.case.before.get(key, ()))
            record_id = self.case.system.get("id")
            if added and added - self.case.sources.files(self.form, key, record_id, added):
                self._add(key, "file_gone")

    def failed_checks(self) -> None:
        """Checks of the form that do not hold; one over a value that has a problem already is not asked."""
        for check in self.form.checks:
            seen = check.at in self.visible - self.case.rights.hidden
            if seen and not self._reads_wrong(check.formula.names):
                self._ask(check)

    def _ask(self, check: Check) -> None:
        try:
            read = settling.reader(self.case, self.values)
            holds = formulas.evaluate(check.formula, read, now=self.case.now, zone=self.form.zone)
        except FormulaError as error:
            self._fault(check.at, error)
            return
        if holds is False:
            told = Problem((check.at,), check.key, said(check.message), {"of": "check"})
            self._tell(check.level, told)

    def told_by_rules(self) -> None:
        """The messages of rules that hold, as those of checks: at fields that are seen, over values that are right."""
        for message in self._outcome.state.messages:
            seen = message.at in self.visible - self.case.rights.hidden
            if seen and not self._reads_wrong(tuple(path.split(".")) for path in message.when.reads):
                told = Problem((message.at,), message.key, said(message.text), {"of": "rule"})
                self._tell(message.level, told)

    def _reads_wrong(self, paths: Iterable[tuple[str, ...]]) -> bool:
        """Whether one of these reads a value that has a problem already. In a row `record.qty` is not of the row."""
        own = (path for path in paths if self.case.outside is None or path[0] != "record")
        return not self._at.isdisjoint(map(field_of, own))

    def _tell(self, level: str, told: Problem) -> None:
        (self.problems if level == "error" else self.warnings).append(told)


def _offer_reads(form: Form, key: str) -> list[str]:
    """The fields of the record that the condition on offered records compares with."""
    offer = form.offers.get(key)
    if offer is None:
        return []
    return [path.removeprefix("record.") for path in offer.reads if path.startswith("record.")]


@kept(1024)
def pointers(form: Form, kind: str) -> tuple[str, ...]:
    """The stored fields of this type."""
    return tuple(key for key, field in form.fields.items() if field.type.name == kind)


@kept(1024)
def _points(form: Form) -> bool:
    """Whether a field of the form points at something that may not be there."""
    return bool(holding_files(form)) or any(
        pointers(form, kind) for kind in ("reference", "references", "member", "department")
    )


@kept(1024)
def holding_files(form: Form) -> tuple[str, ...]:
    """The fields whose values are files."""
    return tuple(key for key, field in form.fields.items() if field.type.value_type is ValueType.FILES)


@lru_cache(1024)
def validators(form: Form) -> Mapping[str, Draft202012Validator]:
    """The compiled schema of each stored field. The registry is empty, so nothing is ever fetched."""
    return {
        key: Draft202012Validator(field.type.value_schema(field), registry=Registry())
        for key, field in form.fields.items()
        if field.type.stored
    }


@lru_cache(1024)
def _fitting(form: Form) -> Mapping[str, Fits]:
    """For each stored field whether a value surely fits its schema."""
    return {key: fits(one.type.value_schema(one)) for key, one in form.fields.items() if one.type.stored}
