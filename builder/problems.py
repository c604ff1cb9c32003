"""What stands against publishing a draft, each with the place in the designer where it is mended.

Judged against the other drafts of the app, as they would come into force together.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from builder import advice, checks
from builder.studio import Studio
from runtime.definitions import schemas
from runtime.errors import Problem


@dataclass(frozen=True)
class Found:
    """A problem: what it says, whether it blocks publishing, and the address of its place."""

    sentence: str
    blocks: bool
    address: str


def problems(studio: Studio) -> list[Found]:
    """Errors first, then warnings, each group in the order of the document."""
    return [*_found(studio, errors(studio), blocks=True), *_found(studio, warnings(studio), blocks=False)]


def errors(studio: Studio) -> list[Problem]:
    """What publishing would refuse."""
    kind, document = studio.target.kind, studio.document
    found = schemas.validate(kind, document)
    return found or checks.run(kind, document, studio.context.for_document(studio.history))


def warnings(studio: Studio) -> list[Problem]:
    """What is worth a second look; none while there are errors of shape."""
    kind, document = studio.target.kind, studio.document
    return [] if schemas.validate(kind, document) else advice.run(kind, document, studio.context)


def _found(studio: Studio, listed: list[Problem], *, blocks: bool) -> Iterator[Found]:
    for problem in listed:
        tab, query = place(studio.target.kind, studio.document, problem.path)
        yield Found(problem.message, blocks, studio.url(tab, **query))


def place(kind: str, document: Any, path: tuple[str | int, ...]) -> tuple[str, dict[str, str]]:
    """The tab where a path of a document is mended, and the query that selects the thing and its control."""
    at = {"at": "/".join(map(str, path))} if path else {}
    match (kind, *path):
        case ("form", "properties", str(key), *_):
            return "fields", {"sel": f"field/{key}", **at}
        case ("form", "fw", ("rules" | "checks") as part, int(index), *_):
            return "rules", {"sel": f"{part[:-1]}/{_key(document['fw'][part], index)}", **at}
        case ("form", "fw", "list", *_):
            return "list", at
        case ("automation", "actions", int(index), *_):
            return "", {"sel": f"action/{_key(document['actions'], index)}", **at}
        case ("app", "roles", *_):
            return "roles", at
    return "", at


def _key(items: Any, index: int) -> str:
    return str(items[index].get("key", index)) if index < len(items) else str(index)
