"""What stands against publishing a draft, each with the place in the designer where it is mended.

Judged against the other drafts of the app, as they would come into force together.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from builder import advice, checks, publish, repairs
from builder.commands import Target
from builder.studio import Studio
from builder.workspaces import context_of, draft_of
from runtime import documents
from runtime.definitions import schemas
from runtime.errors import Problem


@dataclass(frozen=True)
class Fix:
    """A safe repair as a button posts it: where to, of which revision, the command, and in words what it does."""

    address: str
    revision: int
    do: str
    told: str


@dataclass(frozen=True)
class Found:
    """A problem: what it says, whether it blocks publishing, the address of its place, its repair if any."""

    sentence: str
    blocks: bool
    address: str
    fix: Fix | None = None


def problems(studio: Studio) -> list[Found]:
    """What blocks publishing first, then what publishing would break elsewhere, then what is worth a look."""
    kind, document = studio.target.kind, studio.document
    unfit = schemas.validate(kind, document)
    if unfit:
        return list(_found(studio, unfit, blocks=True))
    own = _found(studio, _checked(studio), blocks=True)
    warnings = advice.run(kind, document, studio.context)
    return [*own, *_elsewhere(studio), *_found(studio, warnings, blocks=False)]


def errors(studio: Studio) -> list[Problem]:
    """What publishing would refuse."""
    return schemas.validate(studio.target.kind, studio.document) or _checked(studio)


def errors_of(studio: Studio, target: Target) -> list[Problem]:
    """What publishing would refuse of any draft of the app."""
    document = studio.work.read(target)
    context = studio.context.for_document(publish.earlier_documents(studio.app, *target))
    return schemas.validate(target.kind, document) or checks.run(target.kind, document, context)


def _checked(studio: Studio) -> list[Problem]:
    return checks.run(studio.target.kind, studio.document, studio.context.for_document(studio.history))


def _elsewhere(studio: Studio) -> Iterator[Found]:
    """Problems that other documents get by this draft."""
    live = studio.work.in_force
    if studio.document == live.get(studio.target):
        return
    before = context_of(studio.app, live)
    for (kind, key), problem in checks.broken(before, studio.context, _others(studio)):
        document = studio.context.documents[kind, key]
        tab, query = place(kind, document, problem.path)
        named = studio.text(document.get("title")) or key
        sentence = str(_("%(title)s: %(message)s", title=named, message=problem.message))
        fix = _fix(studio, Target(kind, key), document, problem)
        yield Found(sentence, True, studio.to(kind, key, tab, **query), fix)


def _others(studio: Studio) -> Iterator[Target]:
    """The other documents that can be checked: in force, or a draft of the right shape."""
    for target, document in studio.work.documents.items():
        in_force = document == studio.work.in_force.get(target)
        if target != studio.target and (in_force or not schemas.validate(target.kind, document)):
            yield target


def _found(studio: Studio, listed: list[Problem], *, blocks: bool) -> Iterator[Found]:
    for problem in listed:
        tab, query = place(studio.target.kind, studio.document, problem.path)
        fix = _fix(studio, studio.target, studio.document, problem)
        yield Found(problem.message, blocks, studio.url(tab, **query), fix)


def _fix(studio: Studio, target: Target, document: Any, problem: Problem) -> Fix | None:
    """The repair of a problem; none for a draft that has another shape than what was judged."""
    forms = [document for (kind, _key), document in studio.work.in_force.items() if kind == "form"]
    context = studio.context.for_document((*studio.history, *forms))
    repair = repairs.find(target.kind, document, problem, context)
    if repair is None:
        return None
    draft = studio.draft if target == studio.target else draft_of(studio.app, target)
    if draft.document != document:
        return None
    do = documents.dumps({"name": repair.command, "args": repair.arguments})
    return Fix(studio.to(*target, "problems/fix"), draft.revision, do, repair.told)


def place(kind: str, document: Any, path: tuple[str | int, ...]) -> tuple[str, dict[str, str]]:
    """The tab where a path of a document is mended, and the query that selects the thing and its control."""
    at = {"at": "/".join(map(str, path))} if path else {}
    match (kind, *path):
        case ("form", "properties", str(key), "items", "fw", "rules", int(index), *_):
            rules = document["properties"][key]["items"]["fw"]["rules"]
            return "rules", {"sel": f"rule/{key}.{_key(rules, index)}", **at}
        case ("form", "properties", str(key), "items", "properties", str(column), *_):
            return "fields", {"sel": f"field/{key}.{column}", **at}
        case ("form", "properties", str(key), *_):
            return "fields", {"sel": f"field/{key}", **at}
        case ("form", "fw", ("rules" | "checks") as part, int(index), *_):
            return "rules", {"sel": f"{part[:-1]}/{_key(document['fw'][part], index)}", **at}
        case ("form", "fw", "list", *_):
            return "list", at
        case ("automation", ("trigger" | "when") as part, *_):
            return "", {"sel": part, **at}
        case ("automation", "actions", int(index), *_):
            return "", {"sel": f"action/{_key(document['actions'], index)}", **at}
        case ("app", "roles", *_):
            return "roles", at
        case ("message", "conditions", int(index), *_):
            return "text", {"sel": f"condition/{_key(document['conditions'], index)}", **at}
    return "", at


def _key(items: Any, index: int) -> str:
    item = items[index] if index < len(items) else None
    return str(item.get("key", index)) if isinstance(item, Mapping) else str(index)
