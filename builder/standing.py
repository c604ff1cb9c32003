"""How the definitions of an app stand: live, drafts with changes, problems, retired."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from builder import checks, diff, shapes
from builder.checks import Context
from runtime.db import db
from runtime.definitions import schemas
from runtime.definitions.models import App, Definition, Draft, Version


@dataclass(frozen=True)
class Standing:
    """One definition: the number of the version in force (0: none), how many changes its draft has over it,
    how many problems stand against publishing it. Without document and version it is retired.
    """

    kind: str
    key: str
    document: Any
    live: int
    changes: int
    problems: int
    retired: bool = False


# What a retired definition was last.
_LAST = (
    select(func.max(Version.id))
    .where(Version.definition_id == Definition.id)
    .correlate(Definition)
    .scalar_subquery()
)


def standings(app: str, context: Context) -> list[Standing]:
    """Every definition of an app in the order in which they were made, the retired ones among them."""
    rows = db.session.execute(
        select(Definition.kind, Definition.key, Version.number, Version.document, Draft.document, _LAST)
        .join(App, App.id == Definition.app_id)
        .outerjoin(Version, Version.id == Definition.current_version_id)
        .outerjoin(Draft, Draft.definition_id == Definition.id)
        .where(App.key == app)
        .order_by(Definition.id)
    )
    return [standing for row in rows if (standing := _standing(context, *row)) is not None]


def _standing(
    context: Context, kind: str, key: str, live: int | None, version: Any, draft: Any, last: int | None
) -> Standing | None:
    if version is None and draft is None:
        if last is None:
            return None
        return Standing(kind, key, db.session.get_one(Version, last).document, 0, 0, 0, retired=True)
    document = version if draft is None else draft
    changes = 0 if version is None or draft is None else len(diff.changes(version, draft))
    shown = document if shapes.fits(kind, document) else shapes.blank(kind, context.app, key)
    return Standing(kind, key, shown, live or 0, changes, _problems(kind, document, context))


def _problems(kind: str, document: Any, context: Context) -> int:
    return len(schemas.validate(kind, document) or checks.run(kind, document, context))
