"""What would break without a definition: asked before it is retired."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from builder import checks
from builder.checks import Context
from builder.commands import Target
from builder.workspaces import Documents
from runtime.definitions import schemas

Known = Mapping[tuple[str, str], Any]


@dataclass(frozen=True)
class Use:
    """A definition that needs another one; `live` when its version in force does, not only its draft."""

    kind: str
    key: str
    document: Any
    live: bool


def uses(app: str, kind: str, key: str) -> list[Use]:
    """The definitions of the app that need this one, those in force first."""
    live = dict(_breaking(app, Documents(app, in_force=True), Target(kind, key)))
    drafted = dict(_breaking(app, Documents(app), Target(kind, key)))
    found = [Use(*target, document, True) for target, document in live.items()]
    return [*found, *(Use(*target, doc, False) for target, doc in drafted.items() if target not in live)]


def _breaking(app: str, documents: Documents, gone: Target) -> Iterator[tuple[Target, Any]]:
    before: Known = {(target.kind, target.key): documents[target] for target in documents}
    after = {name: document for name, document in before.items() if name != (gone.kind, gone.key)}
    old, new = Context(app, before), Context(app, after)
    for (kind, key), document in after.items():
        if kind == "app":
            continue  # its grants go with the form
        if _problems(kind, document, new) - _problems(kind, document, old):
            yield Target(kind, key), document


def _problems(kind: str, document: Any, context: Context) -> set[tuple[Any, str]]:
    if schemas.validate(kind, document):
        return set()  # a draft on its way: checks rely on the shape
    return {(problem.path, problem.message) for problem in checks.run(kind, document, context)}
