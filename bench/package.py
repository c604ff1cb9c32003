"""The job that both sides do: 20 fields, two of them conditional, one automation that writes a second record."""

from typing import Any

KINDS = ("call", "visit", "mail", "fair")
CITIES = ("Berlin", "London", "上海", "深圳", "Paris")


def _text(title: str, **schema: Any) -> dict[str, Any]:
    return {"type": "string", "maxLength": 200, **schema, "fw": {"type": "text", "title": title}}


def _choice(title: str, values: tuple[str, ...]) -> dict[str, Any]:
    return {"enum": list(values), "fw": {"type": "choice", "title": title}}


def _number(title: str, kind: str = "number", **options: Any) -> dict[str, Any]:
    return {"type": "number", "minimum": 0, "fw": {"type": kind, "title": title, "decimals": 2, **options}}


def _date(title: str) -> dict[str, Any]:
    return {"type": "string", "format": "date", "fw": {"type": "date", "title": title}}


def _when(field: str) -> dict[str, Any]:
    return {"properties": {field: {"const": True}}, "required": [field]}


def _yes(title: str) -> dict[str, Any]:
    return {"type": "boolean", "default": False, "fw": {"type": "yes_no", "title": title}}


WORK: dict[str, Any] = {
    "title": _text("Title", minLength=3),
    "customer": _text("Customer"),
    "email": {"type": "string", "fw": {"type": "email", "title": "E-mail"}},
    "phone": {"type": "string", "fw": {"type": "phone", "title": "Phone"}},
    "kind": _choice("Kind", KINDS),
    "city": _choice("City", CITIES),
    "address": _text("Address"),
    "source": _text("Source"),
    "started_on": _date("Started on"),
    "due_on": _date("Due on"),
    "quantity": _number("Quantity"),
    "price": _number("Price", "money", currency="CNY"),
    "total": {"fw": {"type": "formula", "title": "Total", "formula": "quantity * price", "result": "number"}},
    "note": {"type": "string", "maxLength": 2000, "fw": {"type": "long_text", "title": "Note"}},
    "urgent": _yes("Urgent"),
    "urgent_reason": _text("Why urgent"),
    "discount": _yes("Discount"),
    "discount_reason": _text("Why a discount"),
    "contact": _text("Contact"),
    "reference_no": _text("Reference"),
}
REQUIRED = ["title", "customer", "kind", "due_on", "quantity", "price"]
WIDE: dict[str, Any] = {**WORK, **{f"{key}_again": value for key, value in WORK.items() if key != "total"}}
WIDE["total_again"] = {
    "fw": {"type": "formula", "title": "Total", "formula": "quantity_again * price_again", "result": "number"}
}
COPY: dict[str, Any] = {"title": _text("Title"), "due_on": _date("Due on"), "amount": _number("Amount")}
DUE: dict[str, Any] = {"title": _text("Title"), "due_on": _date("Due on")}


# What a person types; `customer` and the numbers vary by submission.
VALUES: dict[str, str] = {
    "title": "Quarterly visit",
    "customer": "Northwind Traders",
    "email": "rose@northwind.example.com",
    "phone": "13800138000",
    "kind": "visit",
    "city": "Berlin",
    "address": "12 Harbour Street",
    "source": "fair",
    "started_on": "2026-11-01",
    "due_on": "2027-01-15",
    "quantity": "3",
    "price": "12.50",
    "note": "Asked for a price list and two references, wants an answer before the end of the month.",
    "urgent": "yes",
    "urgent_reason": "The old contract ends",
    "contact": "Rose Miller",
    "reference_no": "A-17",
}


def _layout(properties: dict[str, Any]) -> list[dict[str, Any]]:
    """One section, two fields in a row."""
    keys = list(properties)
    return [{"section": "All", "rows": [keys[i : i + 2] for i in range(0, len(keys), 2)]}]


def _form(key: str, title: str, properties: dict[str, Any], required: list[str], **fw: Any) -> dict[str, Any]:
    return {
        "$schema": "urn:formwright:form:1",
        "$id": f"urn:formwright:bench:{key}",
        "title": title,
        "type": "object",
        "properties": properties,
        "required": required,
        "fw": {"layout": _layout(properties), **fw},
    }


def _rule(switch: str, field: str) -> dict[str, Any]:
    return {"key": f"ask_{field}", "when": _when(switch), "then": {"show": [field], "require": [field]}}


def _forms() -> list[dict[str, Any]]:
    rules = [_rule("urgent", "urgent_reason"), _rule("discount", "discount_reason")]
    listed = {"columns": ["title", "customer", "kind", "city", "due_on", "total"], "sort": "-due_on"}
    large = (("work", "Work", WORK), ("plain", "Plain", WORK), ("wide", "Wide", WIDE))
    return [
        *(_form(*each, REQUIRED, title_field="title", rules=rules, list=listed) for each in large),
        _form("copy", "Copy", COPY, ["title"], title_field="title"),
        _form("due", "Due", DUE, ["title", "due_on"], title_field="title"),
    ]


def _app() -> dict[str, Any]:
    grants = [
        {"form": form, "actions": ["create", "read", "update"], "scope": "own"}
        for form in ("work", "plain", "wide", "copy", "due")
    ]
    return {
        "$schema": "urn:formwright:app:1",
        "key": "bench",
        "title": "Bench",
        "zone": "Asia/Shanghai",
        "default_locale": "en",
        "languages": ["en"],
        "roles": [{"key": "clerk", "title": "Clerk", "grants": grants}],
    }


def _copying() -> dict[str, Any]:
    values = {"title": "record.title", "due_on": "record.due_on", "amount": "record.total"}
    return {
        "$schema": "urn:formwright:automation:1",
        "key": "copy_it",
        "title": "Write the copy",
        "trigger": {"type": "record_saved", "form": "work", "on": ["created"]},
        "run_as": "starter",
        "actions": [{"type": "create_record", "key": "copy", "form": "copy", "set": values}],
    }


def _reminding() -> dict[str, Any]:
    to = [{"field": "owner_id"}]
    return {
        "$schema": "urn:formwright:automation:1",
        "key": "remind",
        "title": "Remind",
        "trigger": {
            "type": "date_reached", "form": "due", "field": "due_on", "offsets": ["0d"], "at": "09:00",
            "late": {"send_within": "12h"},
        },
        "actions": [{"type": "notify", "key": "tell", "message": "is_due", "to": to, "channels": ["email"]}],
    }  # fmt: skip


def _message() -> dict[str, Any]:
    return {
        "$schema": "urn:formwright:message:1",
        "key": "is_due",
        "title": "It is due",
        "purpose": {"en": "Tells the owner that it is due."},
        "form": "due",
        "subject": {"en": "{{ title }} is due"},
        "body": {"en": "Hello {{ recipient.name }},\n\n**{{ title }}** is due on {{ due_on }}: {{ link }}\n"},
    }


def package() -> dict[str, Any]:
    """The app package that our side installs."""
    return {
        "$schema": "urn:formwright:package:1",
        "app": "bench",
        "version": "1.0.0",
        "definitions": {
            "app": _app(),
            "forms": _forms(),
            "automations": [_copying(), _reminding()],
            "messages": [_message()],
            "processes": [],
            "views": [],
            "dashboards": [],
        },
        "samples": [],
        "cases": [],
    }
