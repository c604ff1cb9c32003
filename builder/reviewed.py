"""What a person saw when they decided to publish: a mark of each draft and of the version that it was compared with.

Publishing carries the marks of what it brings into force. When one is another one now, somebody changed or published
it meanwhile, and nothing is published before the person has seen that, too.
"""

from collections.abc import Iterable, Mapping

from flask_babel import gettext as _
from sqlalchemy import select

from builder import history, publish
from builder.commands import Said, Target
from builder.models import DraftCommand
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions.models import App, Definition, Draft, Version
from runtime.errors import Conflict
from runtime.i18n import locale

NOTHING = "0-0"
TOLD = 12  # of the commands that came meanwhile, the newest


def mark(app: str, target: Target) -> str:
    """The state of a draft and of what is in force, such as `7-2`; 0 where there is none."""
    row = db.session.execute(
        select(Draft.revision, Version.number)
        .select_from(Definition)
        .join(App, App.id == Definition.app_id)
        .outerjoin(Draft, Draft.definition_id == Definition.id)
        .outerjoin(Version, Version.id == Definition.current_version_id)
        .where(App.key == app, Definition.kind == target.kind, Definition.key == target.key)
    ).first()
    revision, number = row or (None, None)
    return f"{revision or 0}-{number or 0}"


def read(fields: Mapping[str, str]) -> dict[Target, str]:
    """The marks that a page carried, in fields such as `seen.form/visit`."""
    named = [(name[5:].split("/", 1), text) for name, text in fields.items() if name.startswith("seen.")]
    return {Target(*parts): text for parts, text in named if len(parts) == 2}


def with_app(app: str, chosen: Iterable[Target]) -> list[Target]:
    """The chosen drafts and what comes into force along with them."""
    changes = publish.with_app(app, [publish.Change(*target, {}) for target in chosen])
    return [Target(change.kind, change.key) for change in changes]


def require(app: str, targets: Iterable[Target], seen: Mapping[Target, str]) -> None:
    """Conflict unless each of these is as it was seen. The app's turn must be held: nobody may come in between."""
    if any(seen.get(target, NOTHING) != mark(app, target) for target in targets):
        raise Conflict(
            _(
                "This was changed after you looked at it, so nothing was published. Look at what is new below."
            ),
            code="reviewed",
        )


def news(app: str, target: Target, seen: str, now: str) -> list[str]:
    """In words what was done between two marks: who did what to the draft, who published it; nothing for equal ones."""
    if seen == now:
        return []
    (revision, number), (_newest, current) = _parts(seen), _parts(now)
    done = select(DraftCommand).where(DraftCommand.revision > revision, DraftCommand.state == "done")
    own = select(Definition).join(App, App.id == Definition.app_id)
    definition = db.session.scalar(
        own.where(App.key == app, Definition.kind == target.kind, Definition.key == target.key)
    )
    if definition is None:
        return []
    mine = done.where(DraftCommand.definition_id == definition.id).order_by(DraftCommand.id.desc())
    told = [_step(command) for command in db.session.scalars(mine.limit(TOLD))][::-1]
    if current != number:
        told.append(_published(definition.current_version_id))
    return told or [str(_("The draft was saved anew."))]


def _step(command: DraftCommand) -> str:
    did = {"who": history.who(command), "what": Said(*command.words).tell(locale())}
    return str(_("%(who)s: %(what)s", **did))


def _published(version_id: int | None) -> str:
    version = db.session.get(Version, version_id or 0)
    if version is None:
        return str(_("What was in force was taken back."))
    by = db.session.get(User, version.published_by or 0)
    told = {"who": by.name if by else "", "number": version.number}
    return str(_("%(who)s: published version %(number)s", **told))


def _parts(text: str) -> tuple[int, int]:
    """The two numbers of a mark; of what is none, those of the beginning."""
    revision, _dash, number = text.partition("-")
    known = all(part.isascii() and part.isdecimal() and len(part) < 10 for part in (revision, number))
    return (int(revision), int(number)) if known else (0, 0)
