"""An app with a form whose fields of every type are hidden from one role and read-only for another."""

from collections.abc import Mapping
from typing import Any

from runtime.accounts.models import UserRole
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.records import store
from tests.builder.factory import automation, field, message, package, rule
from tests.support.world import World, records

APP = "hospital"
PAGES = f"/apps/{APP}/forms"
CANARY = "Zwitscherkanarie"
ROLES = {"eve": ["reader"], "bob": ["helper"], "mia": ["reader", "helper"], "rita": ["reader", "keeper"]}
ACCESS = {"reader": "hidden", "helper": "read"}
ROLES_OF_APP = ("reader", "helper", "keeper")
EVERYTHING = ["create", "read", "update", "delete"]
# Of each type that a person can write: keywords, options, a stored value, another one, and that as it is posted.
KINDS: Mapping[str, tuple[dict[str, Any], dict[str, Any], Any, Any, str]] = {
    "text": ({}, {}, f"{CANARY} text", "forged", "forged"),
    "long_text": ({}, {}, f"{CANARY} long text", "forged", "forged"),
    "email": ({}, {}, "zwitscherkanarie@example.org", "forged@example.org", "forged@example.org"),
    "phone": ({}, {}, "+8613987654321", "+8613800138000", "13800138000"),
    "number": ({}, {"decimals": 0}, 73197319, 5, "5"),
    "money": ({}, {"currency": "CNY"}, 91739173, 7, "7"),
    "date": ({}, {}, "1987-06-05", "2026-01-02", "2026-01-02"),
    "datetime": ({}, {}, "1987-06-05T04:03:00Z", "2026-01-02T03:04:00Z", "2026-01-02 11:04"),
    "choice": (
        {"enum": ["canary_one", "canary_two"]},
        {"labels": {"canary_one": f"{CANARY} one", "canary_two": f"{CANARY} two"}},
        "canary_one",
        "canary_two",
        "canary_two",
    ),
    "yes_no": ({}, {}, True, False, "no"),
    "reference": ({}, {"form": "ward"}, "ward:0", "ward:1", "ward:1"),
    "member": ({}, {}, "member:max", "member:stan", "member:stan"),
    "department": ({}, {}, "department:South", "department:North", "department:North"),
}


def key(kind: str) -> str:
    """The field of this type."""
    return f"geheim_{kind}"


def _secret(kind: str, schema: Mapping[str, Any], **options: Any) -> dict[str, Any]:
    return field(kind, schema, title=f"Geheim {kind}", help=f"Geheim help {kind}", access=ACCESS, **options)


def _same_floor() -> dict[str, Any]:
    """Offers the wards of the floor that a hidden field names."""
    return {"required": ["floor"], "properties": {"floor": {"const": {"fact": f"record.{key('text')}"}}}}


def _patient() -> dict[str, Any]:
    only_hidden = {"reader": "hidden"}
    fields: dict[str, Any] = {
        "name": field("text", title="Name"),
        "ward": field(
            "reference", title="Ward", form="ward", fill={"copied": "geheim", key("text"): "floor"}
        ),
        "copied": field("text", title="Copied"),
        "looked_up": field("lookup", title="Geheim look-up", through="ward", field="geheim", result="text"),
        "place": field("lookup", title="Place", through="ward", field="floor", result="text"),
        "file": field("reference", title="File", form="file"),
        "bed": field("reference", title="Bed", form="ward", offer=_same_floor()),
        "urgent": field("yes_no", title="Urgent"),
    }
    for kind, (schema, options, *_values) in KINDS.items():
        fields[key(kind)] = _secret(kind, schema, **options)
    own = {"formula": 'geheim_text & "!"', "result": "text"}
    fields["geheim_sum"] = field("formula", title="Geheim sum", access=only_hidden, **own)
    fields["geheim_serial"] = field("serial", title="Geheim no", pattern="GEHEIM-{n:4}", access=only_hidden)
    fields["geheim_note"] = field("note", title="Geheim note", text=f"{CANARY} note", access=only_hidden)
    document = _form(
        "patient",
        fields,
        list={
            "columns": ["name", key("text"), key("number"), "geheim_sum", "looked_up"],
            "sort": "-geheim_number",
        },
        unique=[[key("email")]],
        owner_field=key("member"),
        rules=[
            rule("locks", {"required": [key("number")]}, lock=["urgent"]),
            rule("clears", {"required": ["urgent"]}, hide=[key("phone")]),
        ],
    )
    document["required"] = ["name", key("text"), key("money")]
    return document


def _form(name: str, fields: Mapping[str, Any], **own: Any) -> dict[str, Any]:
    return {
        "$schema": "urn:formwright:form:1",
        "$id": f"urn:formwright:{APP}:{name}",
        "title": name.capitalize(),
        "type": "object",
        "properties": dict(fields),
        "fw": own,
    }


def _app() -> dict[str, Any]:
    grants = [{"form": form, "actions": EVERYTHING, "scope": "all"} for form in ("patient", "ward", "file")]
    roles = [{"key": role, "title": role, "grants": grants} for role in ROLES_OF_APP]
    return {
        "$schema": "urn:formwright:app:1",
        "key": APP,
        "title": "Hospital",
        "zone": "Asia/Shanghai",
        "roles": roles,
    }


def app_package() -> dict[str, Any]:
    """The app: patients with secrets, wards with one, files that are titled by one."""
    hidden = {"access": {"reader": "hidden"}}
    ward = _form(
        "ward",
        {"floor": field("text", title="Floor"), "geheim": field("text", title="Geheim ward", **hidden)},
    )
    file = _form(
        "file",
        {"geheim": field("text", title="Geheim file", **hidden), "shelf": field("text", title="Shelf")},
        title_field="geheim",
    )
    text = f"About {{{{ {key('text')} }}}} {{{{ record.values.{key('number')} }}}} {{{{ geheim_sum }}}}"
    text += " {{ ward.geheim }} {{ file.geheim }} {{ bed.geheim | upcase }}"
    to = [{"role": role} for role in ROLES_OF_APP]
    tell = automation(
        "tell",
        "patient",
        {"type": "notify", "message": "told", "to": to, "channels": ["inbox"]},
        run_as="service",
    )
    tell["trigger"]["on"] = ["created", "updated"]
    dated = automation("dated", "patient", {"type": "notify", "message": "told", "to": to})
    dated["trigger"] = {
        "type": "date_reached",
        "form": "patient",
        "field": key("date"),
        "offsets": ["+366d"],
        "at": "09:00",
    }
    made = package(
        _patient(),
        ward,
        file,
        app=_app(),
        automations=[tell, dated],
        messages=[message("told", text, "patient")],
    )
    return {**made, "app": APP}


def open_hospital(world: World) -> dict[str, int]:
    """Install it, give people their roles and file a patient; the ids of what was made."""
    world.install(app_package())
    with world.app.app_context(), transaction() as session:
        for name, roles in ROLES.items():
            session.add_all(UserRole(user_id=world.ids[name], app=APP, role=role) for role in roles)
    ids = {f"ward:{number}": make(world, "ward", floor=f"Floor {number}", geheim=CANARY) for number in (0, 1)}
    ids |= {f"member:{name}": world.ids[name] for name in ("max", "stan")}
    ids |= {f"department:{name}": number for name, number in world.departments.items()}
    ids["file"] = make(world, "file", geheim=f"{CANARY} file", shelf="Shelf 9")
    ids["patient"] = make(
        world,
        "patient",
        name="Known name",
        ward=ids["ward:0"],
        file=ids["file"],
        copied="Copied",
        **secrets(ids),
    )
    told = world.api("rita")(
        "PATCH",
        records("patient", ids["patient"], app=APP),
        json={"values": {key("datetime"): "1987-06-05T04:04:00Z"}},
        headers={"If-Match": '"1"'},
    )
    assert told.status_code == 200, told.text
    world.work()
    return ids


def secrets(ids: Mapping[str, int]) -> dict[str, Any]:
    """The stored values of the secret fields."""
    return {
        key(kind): ids.get(row[2], row[2]) if isinstance(row[2], str) else row[2]
        for kind, row in KINDS.items()
    }


def make(world: World, form: str, **values: Any) -> int:
    """A record that nobody made by hand."""
    with world.app.app_context(), transaction():
        actor = store.Actor(user=None, origin="sample", trusted=True)
        needed = {key("text"): "Plain", key("money"): 1} if form == "patient" else {}
        return store.save(actor, lookup.form(APP, form), {**needed, **values}).id
