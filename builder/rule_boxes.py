"""The rules of a form and of its rows as the designer sees them: sentences, and boxes to edit them in."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from builder import reasons, trying
from builder.commands import _rules
from builder.condition_editor import Editor, Place, editor, sight_of
from builder.formula_editor import FormulaEditor, FormulaPlace, formula_editor
from builder.rule_targets import Named, inner_fields, targets, title
from builder.studio import Studio
from builder.trying import Tried
from runtime.conditions import ConditionError, compile
from runtime.fields import N_, Field
from runtime.forms.conditions import words
from runtime.forms.conditions.lines import Line
from runtime.forms.conditions.sights import Sight

EFFECTS = {
    "show": (N_("Show"), N_("Show %(fields)s")),
    "hide": (N_("Hide"), N_("Hide %(fields)s")),
    "require": (N_("Require"), N_("Require %(fields)s")),
    "lock": (N_("Lock"), N_("Lock %(fields)s")),
    "clear": (N_("Clear"), N_("Clear %(fields)s")),
    "set": (N_("Set"), N_("Set %(fields)s")),
    "message": (N_("Show a message"), N_("Show %(fields)s")),
}
POLICIES = {
    "clear": N_("is cleared"),
    "keep": N_("is kept"),
    "compute": N_("is computed again"),
}
LISTED = ("show", "hide", "require", "lock", "clear")


@dataclass(frozen=True)
class Effect:
    """What a rule does to some fields, sections and tabs; `others` are those that it could do it to as well."""

    name: str
    label: str
    fields: tuple[Named, ...]
    others: tuple[Named, ...]


@dataclass(frozen=True)
class Entry:
    """A rule in the list: what it does, to what, when; whether it applies to the record that is tried. `off` is one
    that is switched off. One of the rows of the sub-table `table` is called `lines.ask_price`, and what it reads and
    acts on `lines.price`.
    """

    key: str
    table: str
    off: bool
    effects: str
    condition: str
    sentence: str
    verdict: str
    reads: frozenset[str]
    shows: frozenset[str]
    on: frozenset[str]

    @property
    def id(self) -> str:
        """The same name where a dot would mean something: in ids of the page."""
        return self.key.replace(".", "-")


@dataclass(frozen=True)
class MessageBox:
    """What a rule says at a field, to be edited; `texts` by language."""

    at: Named
    level: str
    texts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Box:
    """A rule to be edited. `setting` is the editor of one more value to set. `tests` say of each thing that it shows
    or hides how it is for the record, or the row, that is called `tried`; `verdict` whether the rule applies to it.
    """

    entry: Entry
    tried: str
    verdict: str
    effects: tuple[Effect, ...]
    settings: tuple[tuple[Named, FormulaEditor], ...]
    setting: FormulaEditor
    messages: tuple[MessageBox, ...]
    editor: Editor
    hides: bool
    policy: str
    tests: tuple[str, ...]


def form_key(studio: Studio, table: str = "") -> str:
    """The form that rules belong to, as checks call it: `quote`, or `quote.lines` for those of its rows."""
    return f"{studio.target.key}.{table}" if table else studio.target.key


def sight_name(studio: Studio, table: str = "") -> str:
    """What conditions of this form's rules look at, or of those of the rows of a sub-table."""
    return f"own:{form_key(studio, table)}"


def stored(studio: Studio) -> dict[str, Any]:
    """The rules of the form and of the rows of its sub-tables, in their order, by the keys that commands know."""
    found = {rule["key"]: rule for rule in studio.document.get("fw", {}).get("rules", ())}
    for table, schema in studio.document["properties"].items():
        rules = schema.get("items", {}).get("fw", {}).get("rules", ())
        found |= {f"{table}.{rule['key']}": rule for rule in rules}
    return found


def entries(studio: Studio, tested: Tried | None) -> list[Entry]:
    """The rules of the form, in their order, and those of the rows of its sub-tables."""
    rules, seen, made = stored(studio), dict[str, Sight](), []
    for key, rule in rules.items():  # most forms have none, and to look at all fields takes long
        table = _rules.table_of(key)
        if table not in seen:
            seen[table] = sight_of(studio, sight_name(studio, table))
        told = words.condition(studio, rule["when"], seen[table])
        made.append(_entry(studio, key, rule, told, tested))
    return made


def _entry(studio: Studio, key: str, rule: Any, condition: str, tested: Tried | None) -> Entry:
    table = _rules.table_of(key)
    effects = _effects_told(studio, table, rule["then"])
    return Entry(
        key=key,
        table=table,
        off=bool(rule.get("off")),
        effects=effects,
        condition=condition,
        sentence=str(_("%(effects)s when %(condition)s.", effects=effects, condition=condition)),
        verdict=_verdict(tested, table, rule) if tested else "",
        reads=_reads(rule["when"], table),
        shows=_named(table, rule["then"].get("show", ())),
        on=_named(table, (key for effect in rule["then"].values() for key in effect)),
    )


def _verdict(tested: Tried, table: str, rule: Any) -> str:
    """Whether a rule in force applies to the record, or to which of its rows."""
    if rule.get("off"):
        return ""
    if not table:
        return reasons.verdict(tested, rule["key"])
    rows = trying.rows(tested, table)
    applies = [str(at) for at, row in enumerate(rows, start=1) if reasons.applies(row, rule["key"])]
    if not applies:
        return str(_("applies to no row") if rows else _("there are no rows"))
    told = str(_(", ")).join(applies)
    return str(ngettext("applies to row %(rows)s", "applies to rows %(rows)s", len(applies), rows=told))


def _named(table: str, keys: Iterable[str]) -> frozenset[str]:
    """Fields by the keys that commands know."""
    return frozenset(_rules.inside(table, key) for key in keys)


def _effects_told(studio: Studio, table: str, then: Mapping[str, Any]) -> str:
    told = []
    for name, (_label, said) in EFFECTS.items():
        if then.get(name):
            fields = _(", ").join(_acted_on(studio, table, name, then[name]))
            told.append(str(_(said, fields=fields)))
    return str(_("; ")).join(told)


def _acted_on(studio: Studio, table: str, effect: str, on: Any) -> Iterator[str]:
    for key in on:
        name = _rules.inside(table, key)
        yield _said(studio, name, on[key]) if effect == "message" else title(studio, name)


def _said(studio: Studio, key: str, message: Mapping[str, Any]) -> str:
    words = {"text": studio.text(message.get("text")), "field": title(studio, key)}
    if message.get("level") == "warning":
        return str(_("the warning “%(text)s” at %(field)s", **words))
    return str(_("“%(text)s” at %(field)s", **words))


def _reads(document: Any, table: str) -> frozenset[str]:
    try:
        paths = compile(document).reads
    except ConditionError:
        return frozenset()
    of_record = {path for path in paths if path.startswith("record.")}
    own = _named(table, paths - of_record)
    return own.union(path.removeprefix("record.") for path in of_record)


def box(studio: Studio, rule: Any, entry: Entry, tested: Tried | None) -> Box:
    """A rule to be edited."""
    if tested and entry.table:
        tested = trying.row(studio, tested, entry.table)
    sight = sight_name(studio, entry.table)
    place = Place(f"rule-{entry.id}", "rule.when", sight, {"rule": entry.key})
    then = rule["then"]
    return Box(
        entry=entry,
        tried=tested.title if tested else "",
        verdict=reasons.verdict(tested, rule["key"]) if tested and not entry.off else "",
        effects=tuple(_effect(studio, entry.table, then, name) for name in LISTED if then.get(name)),
        settings=tuple(_settings(studio, entry, then, tested)),
        setting=formula_editor(studio, _more_place(studio, entry), "", tested),
        messages=tuple(_messages(studio, entry.table, then)),
        editor=editor(studio, place, rule["when"]),
        hides=bool(then.get("show") or then.get("hide")),
        policy=rule.get("hidden_value", "clear"),
        tests=tuple(_tests(studio, entry.table, then, tested)),
    )


def _effect(studio: Studio, table: str, then: Mapping[str, Any], name: str) -> Effect:
    names = [_rules.inside(table, key) for key in then[name]]
    used = tuple(Named(key, title(studio, key)) for key in names)
    others = tuple(each for each in targets(studio, name, table) if each.key not in names)
    return Effect(name, str(_(EFFECTS[name][0])), used, others)


def _settings(
    studio: Studio, entry: Entry, then: Mapping[str, Any], tested: Tried | None
) -> Iterator[tuple[Named, FormulaEditor]]:
    for key, value in then.get("set", {}).items():
        text = value if isinstance(value, str) else str(value).lower()
        name = _rules.inside(entry.table, key)
        arguments = {"rule": entry.key, "field": name}
        place = setting_place(studio, f"set-{entry.id}-{key}", name, arguments)
        yield Named(name, title(studio, name)), formula_editor(studio, place, text, tested)


def _more_place(studio: Studio, entry: Entry) -> FormulaPlace:
    scope = f"form:{form_key(studio, entry.table)}"
    return FormulaPlace(f"more-set-{entry.id}", "rule.set", scope, {"rule": entry.key})


def _messages(studio: Studio, table: str, then: Mapping[str, Any]) -> Iterator[MessageBox]:
    for key, said in then.get("message", {}).items():
        text, name = said.get("text", ""), _rules.inside(table, key)
        texts = {studio.default_locale: text} if isinstance(text, str) else text
        listed = tuple((locale, texts.get(locale, "")) for locale in studio.languages)
        yield MessageBox(Named(name, title(studio, name)), said.get("level", "error"), listed)


def setting_place(studio: Studio, id: str, name: str, arguments: Mapping[str, Any]) -> FormulaPlace:
    """The place of the formula by which a rule sets a field or column."""
    form, key = form_key(studio, _rules.table_of(name)), name.rpartition(".")[2]
    known = key in studio.context.fields(form)
    wanted = studio.context.type_of(form, key).value if known else ""
    return FormulaPlace(id, "rule.set", f"form:{form}", arguments, wanted=wanted, shows=key)


def _tests(studio: Studio, table: str, then: Mapping[str, Any], tested: Tried | None) -> Iterator[str]:
    if tested is None:
        return
    for name in [*then.get("show", ()), *then.get("hide", ())]:
        if name in tested.form.fields or name in tested.form.parts:
            told = reasons.why(tested, name)
            called = title(studio, _rules.inside(table, name))
            yield str(_("%(field)s: %(why)s", field=called, why=told))


def start_line(studio: Studio, target: str) -> Line:
    """The likeliest first line of a rule about a field, column, section or tab: the nearest choice before it, else the
    first after; of a column else one of the record. Nothing inside decides whether a section is seen.
    """
    table = _rules.table_of(target)
    own = studio.context.fields(form_key(studio, table))
    inside = {target.rpartition(".")[2]} if table else inner_fields(studio, target)
    found = _choice_near(own, inside)
    if table and not found:
        found = _choice_near(studio.context.fields(studio.target.key), {table})
        return _begun(found and f"record.{found}", found and studio.context.fields(studio.target.key)[found])
    return _begun(found, found and own[found])


def _choice_near(fields: Mapping[str, Field], inside: Collection[str]) -> str:
    keys = list(fields)
    at = next((index for index, key in enumerate(keys) if key in inside), len(keys))
    around = (key for key in [*reversed(keys[:at]), *keys[at:]] if key not in inside)
    return next((key for key in around if fields[key].type.name in ("choice", "yes_no")), "")


def _begun(path: str, field: Field | str) -> Line:
    if isinstance(field, str):
        return Line()
    return Line(path, "equals" if field.type.name == "choice" else "")


def new_editor(studio: Studio, effect: str, field: str, *, carried: bool = False) -> Editor:
    """The editor of a rule that is yet to be made. With `carried`, controls around it say effect and field."""
    arguments = {} if carried else {"effect": effect, "field": field}
    id = "new" if carried else f"new-{effect}"
    place = Place(id, "rule.add", sight_name(studio, _rules.table_of(field)), arguments)
    return editor(studio, place, {}, start_line(studio, field))
