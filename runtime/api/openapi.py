"""The calls about records of a form in OpenAPI 3.1, from the routes that there are and the form's own schema."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Response, current_app
from werkzeug.routing import Rule

from runtime import access
from runtime.api import blueprint
from runtime.api.body import answer
from runtime.api.records import api_user, form_for
from runtime.definitions import export
from runtime.definitions.documents import Form

Document = dict[str, Any]

START = "/api/v1"
_PART = re.compile(r"<(?:(int):)?(\w+)>")
_INTEGER: Document = {"type": "integer"}
_TEXT: Document = {"type": "string"}


def _object(*required: str, **properties: Any) -> Document:
    return {"type": "object", "properties": properties, "required": list(required)}


def _list(of: Document) -> Document:
    return {"type": "array", "items": of}


def _schema(name: str) -> Document:
    return {"$ref": f"#/components/schemas/{name}"}


# What is asked beside the address: names of the query, headers, bodies. All else follows from the routes.
QUERY: Mapping[str, tuple[str, ...]] = {
    "list_records": ("filter", "sort", "limit", "after"),
    "list_trash": ("after",),
    "list_versions": ("after",),
    "compare_versions": ("old", "new"),
    "send_file": ("name",),
    "send_comment_file": ("name",),
    "get_file": ("small",),
}
ONCE = ("create_record", "write_comment", "restore_version", "merge_records")
CONDITIONAL = ("change_record", "delete_record", "restore_version", "change_comment", "delete_comment")
_SAID = {"text": _TEXT, "files": _list(_TEXT), "reply_to": _INTEGER}
BODIES: Mapping[str, Document] = {
    "create_record": _object("values", values=_schema("Values")),
    "change_record": _object(
        "values", values={"type": "object", "description": "What changes; null clears a field."}
    ),
    "restore_version": _object(fields=_list(_TEXT)),
    "merge_records": _object(
        "into", "revisions", into=_INTEGER, revisions={"type": "object"}, values={"type": "object"}
    ),
    "write_comment": _object(**_SAID),
    "change_comment": _object(text=_TEXT, files=_list(_TEXT)),
}
SENT = ("send_file", "send_comment_file")  # bytes
GOT = {
    "get_file": "application/octet-stream",
    "get_comment_file": "application/octet-stream",
    "print_record": "application/pdf",
}
RECORDS = (
    "create_record",
    "read_record",
    "change_record",
    "restore_record",
    "restore_version",
    "merge_records",
)
MADE = ("create_record", "write_comment", "send_file", "send_comment_file")


@blueprint.get("/apps/<app>/forms/<form>/openapi.json")
def form_openapi(app: str, form: str) -> Response:
    """This description, as far as its reader may know of the form."""
    found = form_for(app, form)
    rights = access.fields(api_user(), found)
    schema = export.record_schema(found, hidden=rights.hidden, read_only=rights.read_only)
    return answer(document(found, schema, current_app.url_map.iter_rules()))


def document(form: Form, schema: Document, rules: Iterable[Rule]) -> Document:
    """The description of the calls about a form whose records are those of the schema."""
    return {
        "openapi": "3.1.0",
        "info": {"title": schema["title"], "version": str(form.number)},
        "servers": [{"url": START}],
        "security": [{"token": []}],
        "paths": _paths(form, rules),
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(schema),
        },
    }


def _schemas(schema: Document) -> Document:
    problem = _object("path", "code", "message", path={"type": "array"}, code=_TEXT, message=_TEXT)
    return {
        "Values": schema,
        "Record": _object(
            "id",
            "revision",
            "values",
            id=_INTEGER,
            revision=_INTEGER,
            values={"type": "object", "description": "The fields that are filled and that you may see."},
            warnings=_list(problem),
        ),
        "Errors": _object("errors", errors=_list(problem)),
        "Error": _object("error", error=_object("code", "message", code=_TEXT, message=_TEXT)),
    }


def _paths(form: Form, rules: Iterable[Rule]) -> Document:
    found: Document = {}
    for rule in sorted(rules, key=lambda each: each.rule):
        if not rule.rule.startswith(START) or not {"app", "form"} <= rule.arguments:
            continue
        path = rule.rule.removeprefix(START).replace("<app>", form.app).replace("<form>", form.key)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            own = found.setdefault(_PART.sub(r"{\2}", path), {})
            own[method.lower()] = _operation(rule.endpoint, path)
    return found


def _operation(endpoint: str, path: str) -> Document:
    name = endpoint.rpartition(".")[2]
    said = (current_app.view_functions[endpoint].__doc__ or "").strip().partition("\n")[0]
    body = _body(name)
    return {
        "operationId": name,
        "summary": said,
        "parameters": [*_in_path(path), *_in_query(name), *_in_headers(name)],
        **({"requestBody": {"required": name != "restore_version", "content": body}} if body else {}),
        "responses": _responses(name),
    }


def _in_path(path: str) -> list[Document]:
    return [
        {"name": each, "in": "path", "required": True, "schema": _INTEGER if kind else _TEXT}
        for kind, each in _PART.findall(path)
    ]


def _in_query(name: str) -> list[Document]:
    needed = name in SENT or name == "compare_versions"
    return [
        {"name": each, "in": "query", "required": needed, "schema": _INTEGER if each == "limit" else _TEXT}
        for each in QUERY.get(name, ())
    ]


def _in_headers(name: str) -> list[Document]:
    told = (("If-Match", name in CONDITIONAL, True), ("Idempotency-Key", name in ONCE, False))
    return [
        {"name": header, "in": "header", "required": needed, "schema": _TEXT}
        for header, there, needed in told
        if there
    ]


def _body(name: str) -> Document:
    if name in SENT:
        return {"application/octet-stream": {}}
    return {"application/json": {"schema": BODIES[name]}} if name in BODIES else {}


def _responses(name: str) -> Document:
    if name.startswith(("delete_", "purge_")):
        done: Document = {"204": {"description": "It is gone."}}
    else:
        kind = GOT.get(name)
        schema = _schema("Record") if name in RECORDS else {"type": "object"}
        content = {kind: {}} if kind else {"application/json": {"schema": schema}}
        done = {"201" if name in MADE else "200": {"description": "Done.", "content": content}}
    refused = {"application/json": {"schema": {"anyOf": [_schema("Errors"), _schema("Error")]}}}
    return {**done, "default": {"description": "Why it was not done.", "content": refused}}
