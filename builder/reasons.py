"""Why the fields, sections and tabs of a draft are as they are with a record, in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext

from builder import trying
from builder.studio import Studio
from builder.trying import Tried
from runtime import conditions
from runtime.conditions import ConditionError, Group, Row
from runtime.conditions.operators import OPERATORS
from runtime.conditions.sentences import either
from runtime.definitions.documents import Form
from runtime.definitions.layout import Section, Tab
from runtime.definitions.rules import Rule
from runtime.fields import Reader
from runtime.forms.conditions.sights import ASKED, TITLES
from runtime.forms.names import Titles
from runtime.records.judge import Judged
from runtime.records.state import context, may_be_hidden
from runtime.records.wording import locale, said

ROWS = 20  # of a sub-table are told


class Reason(NamedTuple):
    """Why a field, section or tab is as it is, where it is edited, and whether it is shown. `name` is the key of a
    field or of a column (`lines.price`), "" of anything else; `rows` are the numbers of the rows that it is told of.
    """

    title: str
    told: str
    address: str
    shown: bool
    name: str = ""
    rows: str = ""


def reasons(studio: Studio, tested: Tried) -> list[Reason]:
    """Of each tab, section, field and column that a rule speaks of."""
    return [*_of_parts(studio, tested), *_of_fields(studio, tested), *_of_rows(studio, tested)]


def _of_parts(studio: Studio, tested: Tried) -> Iterator[Reason]:
    form, judged = tested.form, tested.judged
    named = frozenset().union(*(rule.show | rule.hide for rule in form.rules))
    for name, fields in form.parts.items():
        if name in named:
            told, address = why(tested, name), studio.url("fields", sel=name)
            yield Reason(part_title(form, name), told, address, bool(fields & judged.visible))


def _of_fields(studio: Studio, tested: Tried) -> Iterator[Reason]:
    form, judged = tested.form, tested.judged
    spoken = _spoken_of(form)
    for key, one in form.fields.items():
        if key in spoken | judged.hidden or _closed(form, judged, key):
            told, address = why(tested, key), studio.url("fields", sel=f"field/{key}")
            yield Reason(studio.text(one.title), told, address, key in judged.visible, key)


def _closed(form: Form, judged: Judged, key: str) -> bool:
    """Whether the rights on fields keep it from being changed, which no rule does."""
    locked = key in judged.locked and form.fields[key].type.writable
    return locked and not any(key in rule.lock and _holds(rule, form, judged) for rule in form.rules)


def _spoken_of(form: Form) -> frozenset[str]:
    """The fields that a rule may hide, or requires, locks or sets."""
    others = (key for rule in form.rules for key in (*rule.require, *rule.lock, *rule.clear, *rule.set))
    return may_be_hidden(form).union(others)


def _of_rows(studio: Studio, tested: Tried) -> Iterator[Reason]:
    """Of the columns of each sub-table; rows for which the same is said are told together."""
    for table, form in tested.form.rows.items():
        spoken = [key for key in form.fields if key in _spoken_of(form)]
        listed = trying.rows(tested, table)[:ROWS] if spoken else []
        listed = [trying.with_names(studio, row) for row in listed]
        for key in spoken:
            found: dict[tuple[str, bool], list[str]] = {}
            for at, row in enumerate(listed, start=1):
                found.setdefault((why(row, key), key in row.judged.visible), []).append(str(at))
            for (told, shown), rows in found.items():
                title = _of_these(studio.text(form.fields[key].title) or key, rows, tested.form, table)
                address = studio.url("fields", sel=f"field/{table}.{key}")
                yield Reason(title, told, address, shown, f"{table}.{key}", " ".join(rows))


def _of_these(column: str, rows: list[str], form: Form, table: str) -> str:
    words = {"column": column, "rows": str(_(", ")).join(rows), "table": said(form.fields[table].title)}
    return str(ngettext("%(column)s, row %(rows)s of %(table)s", "%(column)s, rows %(rows)s of %(table)s",
                        len(rows), **words))  # fmt: skip


def why(tested: Tried, name: str) -> str:
    """Why a field is hidden or shown, required, locked: the rules that decided, with the record's values. Of a section
    or tab (`section/visit`) why it is hidden or shown.
    """
    form, judged, teller = tested.form, tested.judged, _Teller(tested)
    if name in judged.hidden:
        return str(_("Hidden by the rights on fields."))
    return " ".join([_seen(form, judged, name, teller), *_also(form, judged, name, teller)])


def part_title(form: Form, name: str) -> str:
    """What a section or tab is called; a section without a title by its place."""
    kind, _slash, key = name.partition("/")
    listed: Sequence[Tab | Section] = form.tabs if kind == "tab" else form.layout
    at, part = next((at, each) for at, each in enumerate(listed, start=1) if each.key == key)
    words = {"title": said(part.title) or str(at)}
    return str(_("Tab “%(title)s”", **words) if kind == "tab" else _("Section “%(title)s”", **words))


@dataclass(frozen=True)
class _Sight:
    """Whether rules hide something, and in words why."""

    hidden: bool
    because: str


def _seen(form: Form, judged: Judged, name: str, teller: "_Teller") -> str:
    """What hides the field, or the section or tab around it; else the nearest rules that show it."""
    sights = [(each, _sight(form, judged, each, teller)) for each in (name, *form.around(name))]
    told = [(each, sight) for each, sight in sights if sight]
    if not told:
        is_there = name in judged.visible or name in form.parts
        return str(_("Shown: no rule hides it.") if is_there else _("Hidden."))
    decisive, sight = next((pair for pair in told if pair[1].hidden), told[0])
    return sight.because if decisive == name else f"{part_title(form, decisive)}: {sight.because}"


def _sight(form: Form, judged: Judged, name: str, teller: "_Teller") -> _Sight | None:
    """What the rules on a field, section or tab decide; None where no rule can hide it."""
    hiding = [rule for rule in form.rules if name in rule.hide and _holds(rule, form, judged)]
    if hiding:
        return _Sight(True, str(_("Hidden, because %(condition)s.", condition=teller.phrase(hiding[0]))))
    showing = [rule for rule in form.rules if name in rule.show]
    if not showing:
        return None
    holding = next((rule for rule in showing if _holds(rule, form, judged)), None)
    if holding is not None:
        return _Sight(False, str(_("Shown, because %(condition)s.", condition=teller.phrase(holding))))
    return _Sight(True, _shown_only(showing, teller))


def _shown_only(showing: list[Rule], teller: "_Teller") -> str:
    told = either([teller.phrase(rule) for rule in showing])
    facts = ", ".join(dict.fromkeys(fact for rule in showing for fact in teller.missing(rule)))
    if not facts:
        return str(_("Hidden: it is shown only when %(condition)s.", condition=told))
    return str(_("Hidden: it is shown only when %(condition)s; here %(facts)s.", condition=told, facts=facts))


def _also(form: Form, judged: Judged, key: str, teller: "_Teller") -> Iterator[str]:
    if key in judged.visible and _closed(form, judged, key):
        yield str(_("Read-only by the rights on fields."))
    for rule in form.rules:
        if key not in judged.visible or not _holds(rule, form, judged):
            continue
        told = teller.phrase(rule)
        if key in rule.require:
            yield str(_("Required, because %(condition)s.", condition=told))
        if key in rule.lock:
            yield str(_("Locked, because %(condition)s.", condition=told))
        if key in rule.clear:
            yield str(_("Cleared, because %(condition)s.", condition=told))
        if key in rule.set:
            yield str(_("Set by a rule, because %(condition)s.", condition=told))


def verdict(tested: Tried, rule_key: str) -> str:
    """Whether a rule applies to the record, with the values that keep it from it."""
    if applies(tested, rule_key):
        return str(_("applies"))
    facts = ", ".join(_Teller(tested).missing(_rule(tested, rule_key)))
    return str(_("does not apply (%(facts)s)", facts=facts)) if facts else str(_("does not apply"))


def applies(tested: Tried, rule_key: str) -> bool:
    """Whether a rule in force applies to the record or row."""
    return _holds(_rule(tested, rule_key), tested.form, tested.judged)


def _rule(tested: Tried, rule_key: str) -> Rule:
    return next(rule for rule in tested.form.rules if rule.key == rule_key)


def _holds(rule: Rule, form: Form, judged: Judged) -> bool:
    values = judged.facts["record"] if form.parent_table is None else judged.values
    return rule.when.holds(context(form, values, judged.facts), judged.facts)


@dataclass(frozen=True)
class _Teller:
    """Says conditions and values of one record, or of a row with its record."""

    tested: Tried

    @property
    def form(self) -> Form:
        return self.tested.form

    @property
    def judged(self) -> Judged:
        return self.tested.judged

    def _of_record(self, path: str) -> "tuple[_Teller, str]":
        """Of what a row sees of its record: who tells that, and the field."""
        outer = self.tested.outer
        is_outer = outer is not None and path.startswith("record.")
        return (_Teller(outer), path.removeprefix("record.")) if outer and is_outer else (self, path)

    def phrase(self, rule: Rule) -> str:
        return conditions.phrase(rule.when.document, self.name, self.value, locale())

    def name(self, path: str) -> str:
        teller, key = self._of_record(path)
        if teller is not self:
            return str(_("this record's %(field)s", field=teller.name(key)))
        key = path.removeprefix("record.")
        field = self.form.fields.get(key)
        if field is not None:
            return said(field.title)
        return str(_(TITLES[key])) if key in TITLES else path

    def value(self, path: str, constant: Any, asks: str = "", /) -> str:
        teller, key = self._of_record(path)
        field, names = ASKED.get(asks) or teller.form.fields.get(key), teller.tested.names
        if asks:
            names = Titles(None)
            names.add_departments([constant])
        try:
            shown = field and field.type.display(constant, field, Reader(locale(), self.form.zone), names)
        except (TypeError, ValueError, ArithmeticError, AttributeError):
            shown = None
        return shown or str(constant)

    def missing(self, rule: Rule) -> list[str]:
        """The values because of which a rule does not apply: `Nights is empty`."""
        try:
            group = conditions.rows(rule.when.document)
        except ConditionError:
            return []
        wrong = (row for row, wanted in _rows(group) if self._true(row) is not wanted)
        told = (row.path for row in wrong if not self._is_hidden(row.path))
        return list(dict.fromkeys(self._fact(path) for path in told))

    def _is_hidden(self, path: str) -> bool:
        teller, key = self._of_record(path)
        return key in teller.judged.hidden

    def _true(self, row: Row) -> bool:
        document = conditions.from_rows(Group("all", (row,)))
        values = context(self.form, self.judged.values, self.judged.facts)
        return conditions.compile(document).holds(values, self.judged.facts)

    def _fact(self, path: str) -> str:
        teller, key = self._of_record(path)
        value = teller.judged.values.get(key)
        if value is None:
            return str(_("%(field)s is empty", field=self.name(path)))
        if isinstance(value, bool):
            sentence = OPERATORS["is_yes" if value else "is_no"].sentence
            return str(_(sentence, field=self.name(path)))
        return str(_("%(field)s is %(value)s", field=self.name(path), value=self.value(path, value)))


def _rows(group: Group, *, wanted: bool = True) -> Iterator[tuple[Row, bool]]:
    """The rows of a condition, each with whether it is to hold."""
    wanted = wanted is (group.mode != "none")
    for item in group.items:
        if isinstance(item, Row):
            yield item, wanted
        else:
            yield from _rows(item, wanted=wanted)
