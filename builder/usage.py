"""What would break without a definition: asked before it is retired."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from builder import checks
from builder.commands import Target
from builder.workspaces import context_of, workspace
from runtime.definitions import schemas


@dataclass(frozen=True)
class Use:
    """A definition that needs another one; `live` when its version in force does, not only its draft."""

    kind: str
    key: str
    document: Any
    live: bool


def uses(app: str, kind: str, key: str) -> list[Use]:
    """The definitions of the app that need this one, those in force first."""
    work, gone = workspace(app), Target(kind, key)
    live, drafted = _breaking(app, work.in_force, gone), _breaking(app, work.documents, gone)
    found = [Use(*target, live[target], True) for target in live]
    return [*found, *(Use(*target, drafted[target], False) for target in drafted if target not in live)]


def _breaking(app: str, before: Mapping[Target, Any], gone: Target) -> dict[Target, Any]:
    after = {target: document for target, document in before.items() if target != gone}
    names = [
        target
        for target, document in after.items()
        if target.kind != "app"  # its grants go with the form
        and not schemas.validate(target.kind, document)  # a draft on its way: checks rely on the shape
    ]
    found = checks.broken(context_of(app, before), context_of(app, after), names)
    return {Target(*name): after[Target(*name)] for name, _problem in found}
