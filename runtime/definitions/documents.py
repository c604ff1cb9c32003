"""Published documents parsed once into frozen dataclasses: form, app, automation, message.

The objects are compared and hashed by identity, and `lookup` hands out one object per version, so they are
fit as cache keys. Never cache by `version_id` alone: the id of a publish that was rolled back comes again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from runtime import conditions, formulas
from runtime.conditions import Condition
from runtime.definitions import dependencies
from runtime.definitions.layout import Section, Tab, parse_layout, parse_tabs, parts
from runtime.definitions.rules import Check, Rule, in_force, parse_check, parse_rule
from runtime.fields import FIELD_TYPES, Field, ValueType
from runtime.formulas import Formula
from runtime.text import Title

Document = Mapping[str, Any]
T = TypeVar("T")

DEFAULT_LIST_COLUMNS = 5


NO_COLUMNS: Document = {"properties": {}}  # of a sub-table in a draft
MAX_HOPS = 10  # of look-ups through look-ups


class LookedUp(NamedTuple):
    """Where a look-up finds its value: through a reference, in a form, in a field of it."""

    through: str
    form: str
    field: str


@dataclass(frozen=True, eq=False)
class Form:
    """One version of a form, ready to use. `computed_order` lists filled, looked-up and calculated fields so
    that each comes after what it depends on. `formulas` are those of formula fields, `initials` give first
    values, `offers` are the conditions on what a reference offers. `rows` are the forms of the rows of its
    sub-tables, by field; such a form knows the table of its records as `parent_table`.
    """

    app: str
    key: str
    definition_id: int
    version_id: int
    number: int
    title: Title
    icon: str
    fields: Mapping[str, Field]
    required: frozenset[str]
    rules: tuple[Rule, ...]
    checks: tuple[Check, ...]
    unique: tuple[tuple[str, ...], ...]
    duplicates: tuple[tuple[str, ...], ...]
    """Sets of fields by which two records are alike; `refuses_duplicates` says whether that is more than a warning."""
    refuses_duplicates: bool
    layout: tuple[Section, ...]
    tabs: tuple[Tab, ...]
    title_field: str | None
    owner_field: str | None
    list_columns: tuple[str, ...]
    list_views: tuple[str, ...]
    """The order of its views, as far as somebody gave them one."""
    sort: str
    table_name: str
    zone: str
    computed_order: tuple[str, ...]
    formulas: Mapping[str, Formula]
    initials: Mapping[str, Formula]
    offers: Mapping[str, Condition]
    document: Document
    rows: Mapping[str, "Form"]
    parent_table: str | None
    spelled: bool = True
    """Whether all of its records have the keys by which their texts are ordered."""

    @cached_property
    def parts(self) -> dict[str, frozenset[str]]:
        """The fields of each tab and section, by the names that rules give these: tabs first."""
        return parts(self.layout, self.tabs)

    def around(self, name: str) -> list[str]:
        """The section and the tab in which a field stands, as rules name them, the nearest first; of a section its
        tab.
        """
        tabs = [f"tab/{each.tab}" for each in self.layout if each.tab and name == f"section/{each.key}"]
        return tabs + [part for part, fields in reversed(self.parts.items()) if name in fields]

    def looked_up(self, key: str) -> LookedUp | None:
        """Where a field finds its value, if it is a look-up through a field of this form."""
        found = self.fields.get(key)
        through = self.fields.get(str(found.options.get("through"))) if found else None
        if found is None or through is None or found.type.name != "lookup":
            return None
        return LookedUp(through.key, str(through.options.get("form")), str(found.options["field"]))


@dataclass(frozen=True)
class Grant:
    """A right of a role: these actions on the records of a form that lie in the scope."""

    form: str
    actions: frozenset[str]  # create, read, update, delete
    scope: str  # own, department, department_below, all


@dataclass(frozen=True)
class Role:
    """A named set of people of an app and what they may do."""

    key: str
    title: Title
    grants: tuple[Grant, ...]


@dataclass(frozen=True, eq=False)
class AppInfo:
    """The published `app` definition: what the app is called, where its clock hangs, who may do what."""

    key: str
    definition_id: int
    version_id: int
    number: int
    title: Title
    description: Title
    zone: str
    default_locale: str
    languages: tuple[str, ...]
    icon: str
    roles: Mapping[str, Role]
    document: Document


@dataclass(frozen=True, eq=False)
class Automation:
    """One version of an automation. `trigger` and `actions` keep the shape of the document; `form` is the
    form its trigger listens to; `run_as` is starter, owner or service. `only_if` has a place for each action:
    the condition on which it depends, if it does on any.
    """

    app: str
    key: str
    definition_id: int
    version_id: int
    number: int
    title: Title
    form: str | None
    trigger: Document
    when: Condition | None
    run_as: str
    actions: tuple[Document, ...]
    only_if: tuple[Condition | None, ...]
    document: Document

    @cached_property
    def waits_for_dates(self) -> bool:
        """Whether one of its actions waits until a date of the record, which may be moved."""
        return any("until" in action.get("wait", ()) for action in self.actions)


@dataclass(frozen=True, eq=False)
class ViewDoc:
    """A look of a form's records that an app offers to everybody who may read them, or to those in some `roles`."""

    app: str
    key: str
    definition_id: int
    version_id: int
    number: int
    title: Title
    form: str
    kind: str  # list, board, calendar, gallery
    roles: tuple[str, ...]
    document: Document


@dataclass(frozen=True, eq=False)
class MessageDoc:
    """One version of a message: Liquid texts by locale; `short` is for channels with little room."""

    app: str
    key: str
    definition_id: int
    version_id: int
    number: int
    purpose: str
    form: str | None
    subject: Mapping[str, str]
    body: Mapping[str, str]
    short: Mapping[str, str]
    document: Document
    conditions: Mapping[str, Condition] = field(default_factory=dict)
    """What parts of the texts depend on, by key: `{% if record.is.large %}`."""


def key_of(kind: str, document: Document) -> str:
    """The key a document names itself by: `key`, or the last part of a form's `$id`."""
    return str(document["$id"]).rpartition(":")[2] if kind == "form" else str(document["key"])


def parse_field(key: str, schema: Document, *, required: bool = False) -> Field:
    """One property of a form document; KeyError for a type that does not exist."""
    options = schema["fw"]
    return Field(
        key=key,
        type=FIELD_TYPES[options["type"]],
        title=options.get("title") or schema.get("title") or key,
        help=options.get("help") or schema.get("description") or "",
        schema={name: value for name, value in schema.items() if name != "fw"},
        options=options,
        required=required,
        default=schema.get("default"),
        columns=parse_fields(schema["items"]) if "items" in schema else {},
    )


def parse_fields(document: Document) -> dict[str, Field]:
    """The fields of a form document, in its order."""
    required = frozenset(document.get("required", ()))
    return {
        key: parse_field(key, schema, required=key in required)
        for key, schema in document["properties"].items()
    }


def parse_form(
    document: Document,
    *,
    app: str,
    definition_id: int,
    version_id: int,
    number: int,
    table_name: str,
    zone: str,
    parent_table: str | None = None,
    spelled: bool = True,
) -> Form:
    """A form from a document that passed its schema and the publish checks."""
    own, fields = document.get("fw", {}), parse_fields(document)
    listed = own.get("list", {})
    return Form(
        app=app,
        key=key_of("form", document),
        definition_id=definition_id,
        version_id=version_id,
        number=number,
        title=own.get("title") or document["title"],
        icon=own.get("icon", "forms"),
        fields=MappingProxyType(fields),
        required=frozenset(document.get("required", ())),
        rules=tuple(parse_rule(rule) for _index, rule in in_force(own)),
        checks=tuple(parse_check(check) for check in own.get("checks", ())),
        unique=tuple(tuple(keys) for keys in own.get("unique", ())),
        duplicates=tuple(tuple(keys) for keys in own.get("duplicates", ())),
        refuses_duplicates=bool(own.get("duplicates_refused")),
        layout=parse_layout(own, fields),
        tabs=parse_tabs(own),
        title_field=own.get("title_field"),
        owner_field=own.get("owner_field"),
        list_columns=tuple(listed.get("columns") or _first_columns(fields)),
        list_views=tuple(listed.get("views", ())),
        sort=listed.get("sort", "-id"),
        table_name=table_name,
        zone=zone,
        computed_order=dependencies.computed_order(fields, in_rows=parent_table is not None),
        formulas=_each(fields, "formula", formulas.parse),
        initials=_each(fields, "initial", formulas.parse),
        offers=_each(fields, "offer", conditions.compile),
        document=document,
        rows=MappingProxyType(
            _rows(
                fields,
                table_name,
                app=app,
                definition_id=definition_id,
                version_id=version_id,
                number=number,
                zone=zone,
            )
        ),
        parent_table=parent_table,
        spelled=spelled,
    )


def _rows(fields: Mapping[str, Field], table_name: str, **named: Any) -> dict[str, Form]:
    """The forms of the rows of sub-tables. No form has a table whose name goes on with a digit."""
    return {
        key: parse_form(
            {"$id": f":{key}", "title": field.title, **field.schema.get("items", NO_COLUMNS)},
            table_name=f"rows_{named['definition_id']}_{key}",
            parent_table=table_name,
            **named,
        )
        for key, field in fields.items()
        if field.type.value_type is ValueType.ROWS
    }


def _first_columns(fields: Mapping[str, Field]) -> list[str]:
    return [key for key, field in fields.items() if field.type.stored][:DEFAULT_LIST_COLUMNS]


def _each(fields: Mapping[str, Field], option: str, parse: Callable[[Any], T]) -> Mapping[str, T]:
    return MappingProxyType(
        {key: parse(field.options[option]) for key, field in fields.items() if option in field.options}
    )


def parse_app(document: Document, *, definition_id: int, version_id: int, number: int) -> AppInfo:
    """The app from its `app` document."""
    return AppInfo(
        key=document["key"],
        definition_id=definition_id,
        version_id=version_id,
        number=number,
        title=document["title"],
        description=document.get("description", ""),
        zone=document.get("zone", "UTC"),
        default_locale=document.get("default_locale") or document.get("languages", ("en",))[0],
        languages=tuple(document.get("languages", ("en",))),
        icon=document.get("icon", "apps"),
        roles=MappingProxyType({role["key"]: _role(role) for role in document.get("roles", ())}),
        document=document,
    )


def _role(role: Document) -> Role:
    grants = tuple(
        Grant(form=grant["form"], actions=frozenset(grant["actions"]), scope=grant.get("scope", "own"))
        for grant in role.get("grants", ())
    )
    return Role(key=role["key"], title=role["title"], grants=grants)


def parse_view(document: Document, *, app: str, definition_id: int, version_id: int, number: int) -> ViewDoc:
    """A view; what it shows stays as its document says."""
    return ViewDoc(
        app=app,
        key=document["key"],
        definition_id=definition_id,
        version_id=version_id,
        number=number,
        title=document["title"],
        form=document["form"],
        kind=document["kind"],
        roles=tuple(document.get("roles", ())),
        document=document,
    )


def parse_automation(
    document: Document, *, app: str, definition_id: int, version_id: int, number: int
) -> Automation:
    """An automation; its condition is compiled, its actions are read by their plug-ins."""
    return Automation(
        app=app,
        key=document["key"],
        definition_id=definition_id,
        version_id=version_id,
        number=number,
        title=document["title"],
        form=document["trigger"].get("form"),
        trigger=document["trigger"],
        when=_when(document),
        run_as=document.get("run_as", "starter"),
        actions=tuple(document["actions"]),
        only_if=tuple(_when(action) for action in document["actions"]),
        document=document,
    )


def _when(part: Document) -> Condition | None:
    return conditions.compile(part["when"]) if "when" in part else None


def parse_message(
    document: Document, *, app: str, definition_id: int, version_id: int, number: int
) -> MessageDoc:
    """A message; its texts stay Liquid sources until they are rendered. ConditionError for a condition that is none."""
    return MessageDoc(
        app=app,
        key=document["key"],
        definition_id=definition_id,
        version_id=version_id,
        number=number,
        purpose=document["purpose"],
        form=document.get("form"),
        subject=document["subject"],
        body=document["body"],
        short=document.get("short", {}),
        document=document,
        conditions={each["key"]: conditions.compile(each["when"]) for each in document.get("conditions", ())},
    )
