"""The grants of a role as a matrix, form × action × scope, and back. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

ACTIONS = ("create", "read", "update", "delete")
SCOPES = ("own", "department", "department_below", "unowned", "all")
WIDTH = {
    scope: width for width, scope in enumerate(("unowned", "own", "department", "department_below", "all"))
}

Grant = Mapping[str, Any]


def scopes(grants: Iterable[Grant], form: str, action: str) -> list[str]:
    """On whose records of a form an action is granted. Creating has no scope: any grant of it will do."""
    held = {
        grant.get("scope", "own") for grant in grants if grant["form"] == form and action in grant["actions"]
    }
    return [scope for scope in SCOPES if scope in held]


def changed(grants: Sequence[Grant], form: str, action: str, scope: str, on: bool) -> list[dict[str, Any]]:
    """The grants with an action on the records of one scope granted or not; of each form and scope one grant."""
    held = {each: set(scopes(grants, form, each)) for each in ACTIONS}
    if action == "create":
        held["create"] = {scope} if on else set()
    elif on:
        held[action].add(scope)
    else:
        held[action].discard(scope)
    return [*(dict(grant) for grant in grants if grant["form"] != form), *_listed(form, held)]


def _listed(form: str, held: Mapping[str, set[str]]) -> list[dict[str, Any]]:
    by_scope = {
        scope: [action for action in ACTIONS[1:] if scope in held[action]]
        for scope in SCOPES
        if any(scope in held[action] for action in ACTIONS[1:])
    }
    if held["create"]:
        # Creating stands where most else is granted, in the widest of such scopes.
        home = max(by_scope, key=lambda scope: (len(by_scope[scope]), WIDTH[scope]), default="own")
        by_scope[home] = ["create", *by_scope.get(home, ())]
    return [{"form": form, "actions": actions, "scope": scope} for scope, actions in by_scope.items()]
