"""The app of the crash tests: a record, and three automations on it (a record, a notice, an e-mail)."""

from typing import Any


def _text(title: str) -> dict[str, Any]:
    return {"type": "string", "maxLength": 200, "fw": {"type": "text", "title": title}}


def _form(key: str, properties: dict[str, Any], **fw: Any) -> dict[str, Any]:
    return {
        "$schema": "urn:formwright:form:1",
        "$id": f"urn:formwright:crash:{key}",
        "title": key.title(),
        "type": "object",
        "properties": properties,
        "required": ["name"],
        "fw": {"title_field": "name", **fw},
    }


def _automation(key: str, action: dict[str, Any]) -> dict[str, Any]:
    return {
        "$schema": "urn:formwright:automation:1",
        "key": key,
        "title": key.title(),
        "trigger": {"type": "record_saved", "form": "order", "on": ["created"]},
        "run_as": "starter",
        "actions": [{"key": "act", **action}],
    }


def package() -> dict[str, Any]:
    """Orders with a serial number; each makes one parcel, one notice and one e-mail."""
    serial = {
        "type": "string",
        "fw": {"type": "serial", "title": "No.", "pattern": "O-{n:5}", "reset": "never"},
    }
    grants = [{"form": f, "actions": ["create", "read"], "scope": "own"} for f in ("order", "parcel")]
    message = {
        "$schema": "urn:formwright:message:1",
        "key": "placed",
        "title": "Placed",
        "purpose": "Says that an order was placed.",
        "form": "order",
        "subject": {"en": "Order {{ name }}"},
        "body": {"en": "Order {{ name }} was placed: {{ link }}"},
        "short": {"en": "Order {{ name }}"},
    }
    to = [{"field": "created_by"}]
    return {
        "$schema": "urn:formwright:package:1",
        "app": "crash",
        "version": "1.0.0",
        "definitions": {
            "app": {
                "$schema": "urn:formwright:app:1",
                "key": "crash",
                "title": "Crash",
                "zone": "UTC",
                "default_locale": "en",
                "languages": ["en"],
                "roles": [{"key": "clerk", "title": "Clerk", "grants": grants}],
            },
            "forms": [
                _form("order", {"name": _text("Name"), "number": serial}),
                _form("parcel", {"name": _text("Name")}),
            ],
            "automations": [
                _automation(
                    "fill", {"type": "create_record", "form": "parcel", "set": {"name": "record.name"}}
                ),
                _automation(
                    "notice", {"type": "notify", "message": "placed", "to": to, "channels": ["inbox"]}
                ),
                _automation("mail", {"type": "notify", "message": "placed", "to": to, "channels": ["email"]}),
            ],
            "messages": [message],
            "processes": [],
            "views": [],
            "dashboards": [],
        },
        "samples": [],
        "cases": [],
    }
