"""The page on which a record is filled: judged, drawn, with its messages, its pickers and its conflict."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from flask import Response, url_for
from flask_babel import gettext as _

from runtime import access
from runtime.access import FieldRights
from runtime.accounts.models import User
from runtime.definitions.documents import Form
from runtime.errors import Problem
from runtime.fields import Raw, Reader, ValueType
from runtime.files import sender
from runtime.forms import conflict, downloads, options, state
from runtime.forms.entry import Entry
from runtime.forms.names import Titles, titles_for
from runtime.forms.reads import offer_reads
from runtime.forms.row_tables import stretch
from runtime.forms.shown import Clash, Files, Picker, ShownSection
from runtime.forms.situation import Handles, Situation
from runtime.records import store
from runtime.records.rows import Record
from runtime.records.state import may_warn
from runtime.records.store import Judged
from runtime.text import localized


@dataclass(frozen=True)
class Addresses:
    """Where the page of a form posts to, asks, and goes back to; `options` ends before the key of a field, and what
    is `passed` follows it.
    """

    save: str
    evaluate: str
    options: str
    back: str
    passed: Mapping[str, str] = field(default_factory=dict)
    upload: str = ""
    """Where files are sent, before the key of their field; nowhere when nothing can be kept."""
    draft: str = ""
    """Where a new record is kept until it is sent."""
    edits: str = ""
    """Under what name the browser keeps what is typed into a stored record."""


@dataclass(frozen=True)
class Filling:
    """Somebody fills a form: a new record, or a stored one when `record` is there."""

    user: User
    form: Form
    reader: Reader
    record: Record | None = None
    entry: Entry = field(default_factory=Entry)
    elsewhere: Addresses | None = None
    """Where the page belongs when it is not one of the pages of records, as when a draft is tried."""
    tried_rights: FieldRights | None = None
    """Other rights on the fields than the person's own, as when a draft is tried as a role."""
    onlooker: User | None = None
    """Who may learn nothing by trying a draft that is hidden from him."""
    origin: str = "page"
    """By which way the record comes."""
    around: Mapping[str, object] = field(default_factory=dict)
    """What stands around the form, when it is not one of the pages of records."""
    step: str | None = None
    by_question: bool = False
    """The key of the page that is shown of a form in several pages; None when all is on one."""
    tells_late: bool = False
    """Whether what is wrong is told only when the form is sent."""
    section: str = ""
    """The key of the only section that is filled, on the page of the record that is made by `beside`."""
    beside: Callable[[], dict[str, Any]] | None = None
    draw: "Draw | None" = None
    """Draws it where it is no page: a cell of a list, which posts one field and no other."""

    @property
    def rights(self) -> FieldRights:
        """What the person may do with the fields."""
        return access.fields(self.user, self.form) if self.tried_rights is None else self.tried_rights

    @cached_property
    def addresses(self) -> Addresses:
        """Where the page posts to."""
        if self.elsewhere is not None:
            return self.elsewhere
        place: dict[str, Any] = {"app": self.form.app, "form": self.form.key}
        options = url_for("forms.options_of", **place, field="")
        upload = url_for("files.upload", **place, field="")
        if self.record is None:
            save, evaluate = url_for("forms.create_record", **place), url_for("forms.evaluate_new", **place)
            back = url_for("forms.list_records", **place)
            draft = url_for("drafts.keep", **place)
            edits = self._edits("new")
            return Addresses(save, evaluate, options, back, upload=upload, draft=draft, edits=edits)
        own = {**place, "record_id": self.record.id}
        save, evaluate = url_for("forms.change_record", **own), url_for("forms.evaluate", **own)
        back = url_for("forms.show_record", **own)
        edits = self._edits(str(self.record.id))
        return Addresses(save, evaluate, options, back, upload=upload, edits=edits)

    def _edits(self, what: str) -> str:
        """By what the browser knows what this person typed here."""
        return f"edits:{self.user.id}:{self.form.app}/{self.form.key}/{what}"

    @property
    def actor(self) -> store.Actor:
        """Who saves what is filled in here."""
        return store.Actor(user=self.user, origin=self.origin, onlooker=self.onlooker)

    def at_step(self, step: str) -> "Filling":
        """The same with another of its pages shown; what is judged already is not judged again."""
        moved = replace(self, step=step)
        if "judged" in vars(self):
            vars(moved)["judged"] = self.judged
        return moved

    @cached_property
    def judged(self) -> Judged:
        """What a save would do; nothing is written."""
        # What cannot be read counts as empty, so that nothing is computed from the value before it.
        values = {**self.entry.values, **dict.fromkeys(self.entry.problems)}
        return store.judge(self.actor, self.form, values, record=self.record, rights=self.rights)

    @cached_property
    def problems(self) -> dict[str, Problem]:
        """The first problem of each field."""
        return state.problems_by_field(self.judged, self.entry, self.handles)

    @cached_property
    def handles(self) -> Handles:
        """What the rows of sub-tables are called on the page."""
        return Handles(self.judged, self.entry)

    @cached_property
    def places(self) -> dict[str, dict[str, int]]:
        """The place of each row among the rows of its sub-table, counted from 0."""
        return {key: {handle: at for at, handle in enumerate(self.handles[key])} for key in self.form.rows}

    @cached_property
    def on_page(self) -> dict[str, list[str]]:
        """The rows of each sub-table that stand on the page."""
        found = {}
        for key in self.form.rows:
            here = stretch(len(self.handles[key]), self.entry.at.get(key, 0))
            found[key] = self.handles[key][here.start : here.end]
        return found

    @cached_property
    def _rows(self) -> dict[str, Mapping[str, Any]]:
        """The judged values of each row, by `lines.n1`."""
        return {
            f"{key}.{handle}": row
            for key in self.form.rows
            for handle, row in zip(self.handles[key], self.judged.values.get(key, ()), strict=False)
        }

    def value_of(self, name: str) -> Any:
        """The value of a field or of a cell, `lines.n1.product`."""
        row, _dot, key = name.rpartition(".")
        return self._rows.get(row, {}).get(key) if row else self.judged.values.get(key)

    def is_apart(self, name: str) -> bool:
        """Whether this is a cell of a row on another page."""
        key, _dot, rest = name.partition(".")
        return bool(rest) and rest.partition(".")[0] not in self.on_page[key]

    def offered(self, path: str, sought: str) -> list[tuple[int, str]]:
        """What a picker offers without a script; the same for every row of a sub-table."""
        if (path, sought) not in self._offered:
            one = options.field_at(self.form, path)
            found = options.offer(self.user, self.form.app, one, self.judged.facts, sought)
            self._offered[path, sought] = found.options
        return self._offered[path, sought]

    @cached_property
    def _offered(self) -> dict[tuple[str, str], list[tuple[int, str]]]:
        return {}

    @cached_property
    def names(self) -> Titles:
        """The titles of everything on the page."""
        stored = self.record.values if self.record else {}
        values = [*map(self._in_sight, (self.judged.values, self.entry.values, stored)), self._sent_files]
        titles = titles_for(self.user, self.form, self.form.fields.values(), values)
        titles.add_members([self.record.updated_by if self.record else None])
        return titles

    def _in_sight(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values without those of rows on other pages, new rows aside."""
        found = dict(values)
        for key in self.form.rows:
            if len(self.handles[key]) > len(self.on_page[key]) and isinstance(found.get(key), list):
                ids = {int(handle[1:]) for handle in self.on_page[key] if handle[0] == "r"}
                found[key] = [row for row in found[key] if row.get("id") in ids or "id" not in row]
        return found

    @property
    def _sent_files(self) -> dict[str, Raw]:
        """The files that were posted, of fields with a problem, too."""
        found = ((key, raw) for key, raw in self.entry.raw.items() if key in self.form.fields)
        return {
            key: [raw] if isinstance(raw, str) else raw
            for key, raw in found
            if self.form.fields[key].type.value_type is ValueType.FILES
        }

    def files(self, key: str, raw: Raw) -> Files:
        """The files of a field as the page lists them."""
        record_id = self.record.id if self.record else None
        found, upload = self.names.stored([raw] if isinstance(raw, str) else raw), self.addresses.upload
        if any(self.user.guest_of):  # nobody else may be told even what a file is called
            found = [each for each in found if sender(self.user).has_sent(each)]
        listed = tuple(downloads.shown(self.form, each, record_id, self.reader, upload) for each in found)
        return Files(listed, f"{upload}{key}" if upload else "")


@dataclass(frozen=True)
class Looks:
    """How a filling is drawn: the messages to tell, fields in conflict, searches in pickers."""

    errors: Mapping[str, str] = field(default_factory=dict)
    clashing: frozenset[str] = frozenset()
    sought: Mapping[str, str] = field(default_factory=dict)
    exact: bool = False
    scripted: bool = False


Draw = Callable[[Filling, Looks, Mapping[str, Any], int], Response]


def fields_of(filling: Filling, looks: Looks) -> list[ShownSection]:
    """The sections of the page, or the only one that is filled, as long as it is visible."""
    sections = state.sections(situation(filling, looks))
    return [each for each in sections if filling.section in ("", each.key)]


def situation(filling: Filling, looks: Looks) -> Situation:
    """The form at this moment, as its fields are drawn."""
    record = filling.record
    return Situation(
        form=filling.form,
        judged=filling.judged,
        reader=filling.reader,
        names=filling.names,
        picker=lambda key, shown: _picker(filling, looks, key, shown),
        entry=filling.entry,
        errors=looks.errors,
        warnings=_warnings(filling),
        alike=_alike(filling),
        merges=_merges(filling),
        clashes=clashes(filling, looks.clashing),
        exact=looks.exact,
        files=filling.files,
        stored=record.values if record else {},
    )


def clashes(filling: Filling, names: frozenset[str]) -> dict[str, Clash]:
    """Both answers of what is not decided yet; of what is locked or hidden by now there is nothing to decide."""
    form, record = filling.form, filling.record
    if record is None or not names:
        return {}
    open_ones = filling.judged.visible - filling.judged.locked
    names = frozenset(name for name in names if name.partition(".")[0] in open_ones)
    return conflict.clashes(form, filling.entry, record, names, filling.reader, filling.names)


def asked(filling: Filling, open_ones: Iterable[str]) -> list[tuple[str, str]]:
    """The links to what has to be decided: the name of the control or row, and its title."""
    order = {key: at for at, key in enumerate(filling.form.fields)}
    found = [(order[name.partition(".")[0]], _place(filling, name), name) for name in open_ones]
    return [(name, _called(filling, name)) for _at, _number, name in sorted(found)]


def _place(filling: Filling, name: str) -> int:
    key, _dot, rest = name.partition(".")
    return filling.places[key].get(rest.partition(".")[0], 0) if rest else 0


def _called(filling: Filling, name: str) -> str:
    one = options.field_at(filling.form, options.path_of(name)) if name.count(".") != 1 else None
    title = localized(one.title, filling.reader.locale) if one else ""
    return (_in_row(filling, name) + title).removesuffix(": ")


def _warnings(filling: Filling) -> dict[str, str]:
    """The warnings at each control."""
    found: dict[str, str] = {}
    for name, warning in _warned(filling):
        found[name] = f"{found[name]} {warning.message}" if name in found else warning.message
    return found


def _alike(filling: Filling) -> dict[str, tuple[tuple[str, str], ...]]:
    """The address and the title of each record that is like this one, at the control where that is told."""
    form, judged = filling.form, filling.judged
    told = [each for each in (*judged.problems, *judged.warnings) if "records" in each.params]
    return {
        str(each.path[0]): tuple(
            (url_for("forms.show_record", app=form.app, form=form.key, record_id=record_id), title)
            for record_id, title in each.params["records"]
        )
        for each in told
    }


def _merges(filling: Filling) -> dict[str, str]:
    """Where a stored record is merged with those that are like it, at the control where these are told."""
    form, record, judged = filling.form, filling.record, filling.judged
    told = [each for each in (*judged.problems, *judged.warnings) if "records" in each.params]
    if record is None or not told or not access.can(filling.user, "delete", form):
        return {}
    here = url_for("merging.ask", app=form.app, form=form.key)
    same = {str(each.path[0]): [record.id, *(one for one, _title in each.params["records"])] for each in told}
    return {key: f"{here}?{urlencode([('record', one) for one in ids])}" for key, ids in same.items()}


def _warned(filling: Filling) -> list[tuple[str, Problem]]:
    return [(filling.handles.name_of(problem), problem) for problem in filling.judged.warnings]


def warnings(filling: Filling) -> dict[str, tuple[str, str]]:
    """What a person is warned of before a save, by a mark that the page sends back once it was read: the control and
    the words.
    """
    if not may_warn(filling.form):
        return {}
    return {
        f"{name}:{warning.params['of']}:{warning.code}": (name, _in_row(filling, name) + warning.message)
        for name, warning in _warned(filling)
    }


def _picker(filling: Filling, looks: Looks, key: str, shown: str) -> Picker:
    """The search of a field, or of a cell: `lines.n1.product`."""
    form, sought = filling.form, looks.sought.get(key, "")
    path = options.path_of(key)
    one = options.field_at(form, path)
    reads, closed = offer_reads(one), filling.rights.closed
    passed = dict(filling.addresses.passed)
    # The page does not post what the offer compares with.
    if filling.record is not None and reads & (filling.form.fields.keys() if filling.draw else closed):
        passed["record"] = str(filling.record.id)
    url = f"{filling.addresses.options}{path}" + (f"?{urlencode(passed)}" if passed else "")
    reads_posted, kind = " ".join(sorted(reads - closed)), options.kind(form.app, one)
    if looks.scripted:
        return Picker(url, reads_posted, shown, kind=kind)
    offered = filling.offered(path, sought)
    chosen = _chosen(filling, key)
    if chosen is not None and chosen not in dict(offered):
        offered = [(chosen, shown or str(chosen)), *offered]
    return Picker(url, reads_posted, shown, tuple(offered), sought, kind)


def _chosen(filling: Filling, name: str) -> int | None:
    """What a field or a cell points to now."""
    chosen = filling.value_of(name)
    return chosen if isinstance(chosen, int) else None


def summary(filling: Filling, problems: Mapping[str, Problem]) -> list[tuple[str, str]]:
    """The links of the error summary, in the order of the page: id of the control, the field's own words, of a cell
    after its row.
    """
    ordered = state.in_order(filling.form, problems)
    return [(name, _in_row(filling, name) + problem.message) for name, problem in ordered]


def _in_row(filling: Filling, name: str) -> str:
    key, _dot, rest = name.partition(".")
    if not rest:
        return ""
    number = filling.places[key][rest.partition(".")[0]] + 1
    title = localized(filling.form.fields[key].title, filling.reader.locale)
    return str(_("%(title)s, row %(number)s", title=title, number=number)) + ": "


def messages(filling: Filling) -> dict[str, str]:
    """Every message, as a form shows them that was sent."""
    return {key: problem.message for key, problem in filling.problems.items()}


def facts_for(user_facts: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """What conditions on offered records may name while a record is still being filled."""
    there = {key: value for key, value in values.items() if value is not None}
    return {"record": there, "user": dict(user_facts)}
