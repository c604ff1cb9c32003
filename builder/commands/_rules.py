"""What commands on rules, checks and conditions share."""

from collections import ChainMap
from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _

from builder.checks import Context
from builder.checks._context import Types, paths
from builder.checks.references import WRITING
from builder.commands import _layout
from builder.commands._base import free_key, refuse
from builder.commands._fields import field_in, place_of
from builder.commands._workspace import Target, Workspace
from runtime import conditions, formulas
from runtime.definitions import layout
from runtime.definitions.documents import Document
from runtime.errors import Problem
from runtime.fields import FIELD_TYPES, ValueType
from runtime.formulas import FormulaError
from runtime.formulas.errors import TYPE_WORDS
from runtime.text import Title

CONDITION = {"type": ["object", "boolean"]}
LISTED = ("show", "hide", "require", "lock", "clear")
EFFECTS = (*LISTED, "set", "message")
LEVEL = {"enum": ["error", "warning"]}
FORMULA = {"type": "string", "maxLength": 2000}


def context_of(work: Workspace) -> Context:
    """The documents of the workspace, changes among them, as publish checks see them."""
    layers: Any = (work.changed, work.documents)  # read one by one, when they are looked at
    return Context(work.app, ChainMap(*layers))


def title_of(form: Document, name: str) -> Title:
    """The title of a field, column, section or tab; its key where it is gone or has none."""
    kind, slash, key = name.partition("/")
    if not slash:
        holder, own = place_of(form, name)
        found: Title = holder["properties"].get(own, {}).get("fw", {}).get("title") or own
        return found
    own = form.get("fw", {})
    parts = layout.parse_tabs(own) if kind == "tab" else layout.parse_layout(own, form["properties"])
    return next((part.title for part in parts if part.key == key), key) or key


def require_field(form: Document, key: str) -> None:
    """Refuse a field that the form does not have."""
    holder, name = place_of(form, key)
    if name not in holder["properties"]:
        refuse("field", "unknown", _("There is no such field."))


def own_name(rule: str, field: str) -> str:
    """What a rule calls a field: a rule of rows (`lines.ask_price`) calls a column of them (`lines.price`) by its
    own key. Refused for what stands elsewhere.
    """
    table, name = table_of(rule), field.rpartition(".")[2]
    if table_of(field) != table:
        refuse("field", "unfit", _("A rule of rows acts on columns of the same rows, any other on fields."))
    return name


def table_of(name: str) -> str:
    """The sub-table of a column or of a rule of its rows, by the name that commands give these; else ""."""
    return name.partition(".")[0] if "." in name else ""


def inside(table: str, key: str) -> str:
    """The name that commands give a field or rule, `key`, or that of the rows of a sub-table, `lines.key`."""
    return f"{table}.{key}" if table else key


def rows_form(target: Target, name: str) -> str:
    """The form that a field or rule belongs to, as checks call it: `quote`, or `quote.lines` for a row."""
    table = table_of(name)
    return f"{target.key}.{table}" if table else target.key


def require_target(form: Any, effect: str, name: str) -> None:
    """Refuse what the effect cannot act on; the keys of sections that a rule may name are written down."""
    if "/" not in name:
        require_field(form, name)
        if effect in WRITING and not FIELD_TYPES[field_in(form, name)["fw"]["type"]].writable:
            refuse("field", "unfit", _("“%(key)s” works out its own value.", key=name))
        return
    if effect not in layout.ON_PARTS:
        refuse(
            "field", "unfit", _("Sections and tabs can be shown or hidden; choose a field for anything else.")
        )
    _layout.arrange(form)
    if name not in layout.parts_of(form["fw"], form["properties"]):
        refuse("field", "unknown", _("There is no such section or tab."))


def take(then: dict[str, Any], effect: str, name: str) -> None:
    """Take a field, section or tab out of an effect; refused where the rule would do nothing then."""
    held = then.get(effect, ())
    if isinstance(held, dict):
        rest: Any = {key: value for key, value in held.items() if key != name}
    else:
        rest = [each for each in held if each != name]
    then[effect] = rest
    if not rest:
        del then[effect]
    if not then:
        refuse("field", "last", _("A rule needs something to do. Delete the rule instead."))


def message(work: Workspace, before: Any, locale: str, text: str) -> Title:
    """A message with another text in one language; refused when nothing is left to be read."""
    default = default_locale(work)
    found = worded(before, locale or default, text.strip(), default)
    if not found:
        refuse("value", "empty", _("Write the message that people read."))
    return found


def set_level(part: dict[str, Any], level: str) -> None:
    """Make a message an error, which is so without a word, or a warning."""
    part.pop("level", None)
    if level == "warning":
        part["level"] = level


def listed(form: Any, name: str) -> list[Any]:
    """The rules or checks of a form or of rows, to be changed in place."""
    found: list[Any] = form.setdefault("fw", {}).setdefault(name, [])
    return found


def rule_of(form: Any, key: str) -> Any:
    """A rule by key, refused when there is none; one of rows is called `lines.ask_price`."""
    return _one(*place_of(form, key), "rules", "rule", _("There is no such rule any more."))


def check_of(form: Any, key: str) -> Any:
    """A check by key, refused when there is none."""
    return _one(form, key, "checks", "check", _("There is no such check any more."))


def _one(form: Any, key: str, name: str, argument: str, sentence: str) -> Any:
    found = next((each for each in form.get("fw", {}).get(name, ()) if each["key"] == key), None)
    return refuse(argument, "unknown", sentence) if found is None else found


def drop(form: Any, name: str, key: str) -> None:
    """Take a rule or check out of its list; an empty list is absent."""
    form["fw"][name] = [each for each in form["fw"][name] if each["key"] != key]
    if not form["fw"][name]:
        del form["fw"][name]
    if not form["fw"] and "$schema" not in form:  # of rows: what holds nothing is absent
        del form["fw"]


def fresh(form: Any, name: str, stem: str) -> str:
    """A key that no rule or check of the form has yet."""
    known = {each["key"] for each in form.get("fw", {}).get(name, ())}
    return free_key(stem, known)


def judge_condition(document: Any, before: Any, types: Types, facts: Types, argument: str = "when") -> None:
    """Refuse a condition with a fault that the one before did not have: a line that was stale already does
    not stand in the way of mending another.
    """
    known = {problem.message for problem in conditions.check(before, types, facts)}
    new = [each for each in conditions.check(document, types, facts) if each.message not in known]
    _refuse_first(argument, new)


def _refuse_first(argument: str, problems: Iterable[Problem]) -> None:
    for problem in problems:
        refuse(argument, problem.code, problem.message)


def judge_formula(text: str, types: Types, result: ValueType | None, argument: str = "value") -> None:
    """Refuse a formula that cannot be read, names what is not there, or gives the wrong type."""
    try:
        found = formulas.check(formulas.parse(text), paths(types))
    except FormulaError as error:
        refuse(argument, error.code, formulas.sentence(error))
    if result is not None and found != result:
        words = {"found": str(TYPE_WORDS[found]), "needed": str(TYPE_WORDS[result])}
        refuse(argument, "wrong_result", _("This gives %(found)s, but %(needed)s is needed.", **words))


def rule_types(work: Workspace, target: Target, name: str = "") -> tuple[Types, Types]:
    """What conditions of a form's rules look at, and what their facts may name; of the rows where `name` is a rule or
    a column of them.
    """
    context, form = context_of(work), rows_form(target, name)
    return context.rule_types(form), context.condition_facts(form)


def formula_types(work: Workspace, target: Target, name: str = "") -> Types:
    """What formulas of a form may name, or of the rows that `name` belongs to."""
    return context_of(work).formula_types(rows_form(target, name))


def field_type(work: Workspace, target: Target, key: str) -> ValueType:
    """The type of the values of a field or column."""
    return context_of(work).type_of(rows_form(target, key), key.rpartition(".")[2])


def worded(title: Title, locale: str, text: str, default: str) -> Title:
    """The title with another text in one language; a plain string was in the default language."""
    texts = {default: title} if isinstance(title, str) and title else dict(title or {})
    texts[locale] = text
    return {key: value for key, value in texts.items() if value}


def default_locale(work: Workspace) -> str:
    """The language of texts that are a plain string."""
    app = work.documents.get(Target("app", work.app), {})
    return str(app.get("default_locale") or (app.get("languages") or ["en"])[0])
