"""The rules and checks of a form as its designer sees them: sentences, and boxes to edit them in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from builder import trying
from builder.condition_editor import Editor, Place, editor, sight_of
from builder.formula_editor import FormulaEditor, FormulaPlace, formula_editor
from builder.studio import Studio
from builder.trying import Tried
from runtime.conditions import ConditionError, compile
from runtime.fields import N_, ValueType
from runtime.forms.conditions import words
from runtime.forms.conditions.lines import Line

EFFECTS = {
    "show": (N_("Show"), N_("Show %(fields)s")),
    "hide": (N_("Hide"), N_("Hide %(fields)s")),
    "require": (N_("Require"), N_("Require %(fields)s")),
    "lock": (N_("Lock"), N_("Lock %(fields)s")),
    "set": (N_("Set"), N_("Set %(fields)s")),
}
POLICIES = {
    "clear": N_("is cleared"),
    "keep": N_("is kept"),
    "compute": N_("is computed again"),
}
LISTED = ("show", "hide", "require", "lock")


@dataclass(frozen=True)
class Named:
    """A field by key and title."""

    key: str
    title: str


@dataclass(frozen=True)
class Effect:
    """What a rule does to some fields; `others` are those that it could do it to as well."""

    name: str
    label: str
    fields: tuple[Named, ...]
    others: tuple[Named, ...]


@dataclass(frozen=True)
class Entry:
    """A rule in the list: what it does, to what, when; whether it applies to the record that is tried."""

    key: str
    effects: str
    condition: str
    sentence: str
    verdict: str
    reads: frozenset[str]
    shows: frozenset[str]
    on: frozenset[str]


@dataclass(frozen=True)
class Box:
    """A rule to be edited. `tests` say of each field that it shows or hides how it is for the record."""

    entry: Entry
    effects: tuple[Effect, ...]
    settings: tuple[tuple[Named, FormulaEditor], ...]
    editor: Editor
    hides: bool
    policy: str
    tests: tuple[str, ...]


@dataclass(frozen=True)
class CheckEntry:
    """A check in the list."""

    key: str
    at: str
    formula: str
    level: str
    message: str


@dataclass(frozen=True)
class CheckBox:
    """A check to be edited; `messages` by language."""

    entry: CheckEntry
    editor: FormulaEditor
    messages: tuple[tuple[str, str], ...]
    at: str


def sight_name(studio: Studio) -> str:
    """What conditions of this form's rules look at."""
    return f"own:{studio.target.key}"


def entries(studio: Studio, tested: Tried | None) -> list[Entry]:
    """The rules of the form, in their order."""
    rules = studio.document.get("fw", {}).get("rules", ())
    if not rules:
        return []  # most fields and forms have none, and to look at all fields takes long
    seen = sight_of(studio, sight_name(studio))
    return [_entry(studio, rule, words.condition(studio, rule["when"], seen), tested) for rule in rules]


def _entry(studio: Studio, rule: Any, condition: str, tested: Tried | None) -> Entry:
    effects = _effects_told(studio, rule["then"])
    known = {each.key for each in tested.form.rules} if tested else set()
    on = {key for effect in rule["then"].values() for key in effect}
    return Entry(
        key=rule["key"],
        effects=effects,
        condition=condition,
        sentence=str(_("%(effects)s when %(condition)s.", effects=effects, condition=condition)),
        verdict=trying.verdict(tested, rule["key"]) if tested and rule["key"] in known else "",
        reads=_reads(rule["when"]),
        shows=frozenset(rule["then"].get("show", ())),
        on=frozenset(on),
    )


def _effects_told(studio: Studio, then: Mapping[str, Any]) -> str:
    told = []
    for name, (_label, said) in EFFECTS.items():
        if then.get(name):
            fields = _(", ").join(title(studio, key) for key in then[name])
            told.append(str(_(said, fields=fields)))
    return str(_("; ")).join(told)


def _reads(document: Any) -> frozenset[str]:
    try:
        paths = compile(document).reads
    except ConditionError:
        return frozenset()
    return frozenset(path.removeprefix("record.") for path in paths)


def title(studio: Studio, key: str) -> str:
    """The title of a field of the form; the key of one that is gone."""
    found = studio.document["properties"].get(key)
    return (studio.text(found["fw"].get("title")) or key) if found else key


def fields(studio: Studio) -> list[Named]:
    """The fields of the form."""
    return [Named(key, title(studio, key)) for key in studio.document["properties"]]


def box(studio: Studio, rule: Any, entry: Entry, tested: Tried | None) -> Box:
    """A rule to be edited."""
    place = Place(f"rule-{rule['key']}", "rule.when", sight_name(studio), {"rule": rule["key"]})
    then = rule["then"]
    return Box(
        entry=entry,
        effects=tuple(_effect(studio, then, name) for name in LISTED if then.get(name)),
        settings=tuple(_settings(studio, rule, tested)),
        editor=editor(studio, place, rule["when"]),
        hides=bool(then.get("show") or then.get("hide")),
        policy=rule.get("hidden_value", "clear"),
        tests=tuple(_tests(studio, then, tested)),
    )


def _effect(studio: Studio, then: Mapping[str, Any], name: str) -> Effect:
    used = tuple(Named(key, title(studio, key)) for key in then[name])
    others = tuple(each for each in fields(studio) if each.key not in then[name])
    return Effect(name, str(_(EFFECTS[name][0])), used, others)


def _settings(studio: Studio, rule: Any, tested: Tried | None) -> Iterator[tuple[Named, FormulaEditor]]:
    for key, value in rule["then"].get("set", {}).items():
        text = value if isinstance(value, str) else str(value).lower()
        place = setting_place(studio, f"set-{rule['key']}-{key}", key, {"rule": rule["key"], "field": key})
        yield Named(key, title(studio, key)), formula_editor(studio, place, text, tested)


def setting_place(studio: Studio, id: str, key: str, arguments: Mapping[str, Any]) -> FormulaPlace:
    """The place of the formula by which a rule sets a field."""
    form = studio.target.key
    known = key in studio.context.fields(form)
    wanted = studio.context.type_of(form, key).value if known else ""
    return FormulaPlace(id, "rule.set", f"form:{form}", arguments, wanted=wanted, shows=key)


def _tests(studio: Studio, then: Mapping[str, Any], tested: Tried | None) -> Iterator[str]:
    if tested is None:
        return
    for key in [*then.get("show", ()), *then.get("hide", ())]:
        if key in tested.form.fields:
            told = trying.why(tested.form, tested.judged, key, tested.names)
            yield str(_("%(field)s: %(why)s", field=title(studio, key), why=told))


def start_line(studio: Studio, field: str) -> Line:
    """The likeliest first line of a rule about a field: the nearest choice before it, else the first after."""
    kinds = {key: each.type.name for key, each in studio.context.fields(studio.target.key).items()}
    keys = list(kinds)
    at = keys.index(field) if field in keys else len(keys)
    likely = [key for key in [*reversed(keys[:at]), *keys[at + 1 :]] if kinds[key] in ("choice", "yes_no")]
    if not likely:
        return Line()
    return Line(likely[0], "equals" if kinds[likely[0]] == "choice" else "")


def new_editor(studio: Studio, effect: str, field: str, *, carried: bool = False) -> Editor:
    """The editor of a rule that is yet to be made. With `carried`, controls around it say effect and field."""
    arguments = {} if carried else {"effect": effect, "field": field}
    id = "new" if carried else f"new-{effect}"
    place = Place(id, "rule.add", sight_name(studio), arguments)
    return editor(studio, place, {}, start_line(studio, field))


def check_entries(studio: Studio) -> list[CheckEntry]:
    """The checks of the form, in their order."""
    return [
        CheckEntry(
            key=check["key"],
            at=title(studio, check["at"]),
            formula=check["formula"],
            level=check.get("level", "error"),
            message=studio.text(check["message"]),
        )
        for check in studio.document.get("fw", {}).get("checks", ())
    ]


def check_box(studio: Studio, check: Any, entry: CheckEntry, tested: Tried | None) -> CheckBox:
    """A check to be edited."""
    place = check_place(
        studio, f"check-{check['key']}", "check.set", {"check": check["key"], "part": "formula"}
    )
    message = check["message"]
    texts = {studio.default_locale: message} if isinstance(message, str) else message
    return CheckBox(
        entry=entry,
        editor=formula_editor(studio, place, check["formula"], tested),
        messages=tuple((locale, texts.get(locale, "")) for locale in studio.languages),
        at=check["at"],
    )


def check_place(studio: Studio, id: str, command: str, arguments: Mapping[str, Any]) -> FormulaPlace:
    """The place of the formula of a check."""
    into = "formula" if command == "check.add" else "value"
    scope = f"form:{studio.target.key}"
    return FormulaPlace(id, command, scope, arguments, into, wanted=ValueType.BOOL.value)
