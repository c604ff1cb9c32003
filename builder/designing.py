"""Doing commands to drafts, taking them back, doing them again. Each is stored before it is answered.

Everybody's commands go on the newest draft. One that was meant for an older revision is done all the same,
unless somebody touched the same thing since: then it is refused, naming who, and nothing is lost. Commands
of one app take turns.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, func, select, update

from builder import commands, diff, drafts, history
from builder.commands import COMMANDS, Done, Said, Target, Workspace
from builder.diff import Change, Overlap
from builder.models import DraftCommand
from builder.workspaces import draft_of, workspace
from runtime import documents
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions.models import Draft
from runtime.errors import Conflict, NotFound
from runtime.i18n import locale
from runtime.times import now

DEPTH = 200  # commands that one person can take back
MERGED_WITHIN = timedelta(seconds=10)

Made = Mapping[Target, list[Change]]


class Touched(Conflict):
    """Somebody changed the same thing meanwhile; `by` is their command, `asked` the one that is refused."""

    def __init__(self, by: DraftCommand, asked: "Request") -> None:
        super().__init__(_("Somebody changed this meanwhile."), code="touched")
        self.by, self.asked = by, asked


@dataclass(frozen=True)
class Outcome:
    """The draft after a command: its revision, words for the live region, what to select."""

    revision: int
    say: Said | None = None
    select: str = ""


@dataclass(frozen=True)
class Request:
    """A command as somebody gave it: to which draft of which revision.

    `since` is the revision at which it was sent first, when that answer never arrived. `mine` are the paths of the
    values that shall be changed, when somebody chose among them; None is all. What is done `apart` is a step of its
    own, however shortly before something else was typed in the same place; what `goes_on` is part of the last step,
    however long ago that was, and needs no telling.
    """

    user: User
    app: str
    target: Target
    name: str
    arguments: Any
    revision: int
    since: int | None = None
    mine: frozenset[str] | None = None
    apart: bool = False
    goes_on: bool = False


def run(asked: Request) -> Outcome:
    """Do a command; the caller commits. Raises Invalid (nothing is changed), NotFound, or Touched."""
    draft = _begin(asked.user, asked.app, asked.target)
    touches = _touches(asked)
    arrived = _arrived(asked, draft)
    if arrived is not None:
        return Outcome(draft.revision, None, arrived.selected)
    _refuse_when_touched(draft, asked, touches)
    work = workspace(asked.app)
    done = commands.run(work, asked.target, asked.name, asked.arguments)
    _leave_out(work, asked.mine)
    changes = made(work)
    if not changes:
        return Outcome(draft.revision, done.say, done.select)
    revision = _save(asked.user, work, asked.target, draft)
    _log(asked, revision, draft.definition_id, work, changes, touches, done)
    return Outcome(revision, None if asked.goes_on else done.say or done.words, done.select)


def undo(user: User, app: str, target: Target) -> Outcome:
    """Take back the newest command of this person; Conflict when it was changed again, NotFound when none is left."""
    draft = _begin(user, app, target)
    command = db.session.scalar(_own(user, draft, "done").order_by(DraftCommand.id.desc()).limit(1))
    if command is None or _taken_back(user, draft) >= DEPTH:
        raise NotFound(_("There is nothing to undo."))
    revision = _turn(user, app, target, draft, command, diff.take_back)
    command.state = "undone"
    return Outcome(revision, Said("Undone: %(what)s", {"what": _told(command)}), command.selected)


def redo(user: User, app: str, target: Target) -> Outcome:
    """Do again what this person took back last; Conflict and NotFound as `undo`."""
    draft = _begin(user, app, target)
    # Taken back from the newest on, so the oldest of them was the last.
    command = db.session.scalar(_own(user, draft, "undone").order_by(DraftCommand.id).limit(1))
    if command is None:
        raise NotFound(_("There is nothing to do again."))
    revision = _turn(user, app, target, draft, command, diff.make_again)
    command.state = "done"
    return Outcome(revision, Said("Done again: %(what)s", {"what": _told(command)}), command.selected)


def _own(user: User, draft: Draft, state: str) -> Select[DraftCommand]:
    """This person's commands in this state."""
    return select(DraftCommand).where(
        DraftCommand.definition_id == draft.definition_id,
        DraftCommand.user_id == user.id,
        DraftCommand.state == state,
    )


def _taken_back(user: User, draft: Draft) -> int:
    return db.session.scalar(_own(user, draft, "undone").with_only_columns(func.count())) or 0


def meet(some: Iterable[str], others: Iterable[str]) -> bool:
    """Whether one of the objects is one of the others, or inside one, or around one."""
    pairs = ((_within(one), _within(other)) for one in some for other in list(others))
    return any(one.startswith(other) or other.startswith(one) for one, other in pairs)


def _within(name: str) -> str:
    """How the names of what lies in an object begin; in "" lies everything."""
    return f"{name}/" if name else ""


def _begin(user: User, app: str, target: Target) -> Draft:
    drafts.require_designer(user)
    drafts.lock(app)
    return draft_of(app, target)


def _touches(asked: Request) -> list[str]:
    command = COMMANDS.get(asked.name)
    if command is None or asked.target.kind not in command.kinds:
        raise NotFound(_("There is no such command."))
    commands.check_arguments(command, asked.arguments)
    return list(command.touches(asked.arguments))


def _arrived(asked: Request, draft: Draft) -> DraftCommand | None:
    """The same command of this person, when it is sent again only because its answer was lost."""
    if asked.since is None:
        return None
    found = db.session.scalars(
        select(DraftCommand).where(
            DraftCommand.definition_id == draft.definition_id,
            DraftCommand.user_id == asked.user.id,
            DraftCommand.name == asked.name,
            DraftCommand.revision > asked.since,
        )
    )
    return next((command for command in found if command.arguments == asked.arguments), None)


def _refuse_when_touched(draft: Draft, asked: Request, touches: list[str]) -> None:
    if asked.revision == draft.revision:
        return
    since = select(DraftCommand).where(
        DraftCommand.definition_id == draft.definition_id,
        DraftCommand.revision > asked.revision,
        DraftCommand.state == "done",
    )
    for command in db.session.scalars(since.order_by(DraftCommand.id.desc())):
        if meet(command.touches, touches):
            raise Touched(command, asked)


def path_of(change: Change) -> str:
    """The path of a change as `mine` names it."""
    return documents.dumps(list(change.path))


def _leave_out(work: Workspace, mine: frozenset[str] | None) -> None:
    """Take back what was not chosen."""
    if mine is None:
        return
    for target, changes in made(work).items():
        rest = [change for change in changes if path_of(change) not in mine]
        work.changed[target] = diff.take_back(work.changed[target], rest)


def made(work: Workspace) -> Made:
    """What commands changed in each document of a workspace."""
    found = {
        target: diff.changes(work.documents.get(target), document)
        for target, document in work.changed.items()
    }
    return {target: listed for target, listed in found.items() if listed}


def _save(user: User, work: Workspace, target: Target, draft: Draft) -> int:
    """Store every changed document; the revision then of the draft that the command was done to."""
    revision = draft.revision
    for each, document in work.changed.items():
        own = draft if each == target else draft_of(work.app, each)
        saved = drafts.save_draft(user, work.app, *each, document, own.revision)
        revision = saved if each == target else revision
    return revision


def _log(
    asked: Request,
    revision: int,
    definition_id: int,
    work: Workspace,
    made: Made,
    touches: list[str],
    done: Done,
) -> None:
    db.session.execute(
        update(DraftCommand)
        .where(
            DraftCommand.definition_id == definition_id,
            DraftCommand.user_id == asked.user.id,
            DraftCommand.state == "undone",
        )
        .values(state="gone")
    )
    last = _going_on(asked, definition_id, revision, touches)
    joined = _joined(_read(last), made, work) if last else None
    if last is not None and joined is not None and not any(joined.values()):
        db.session.delete(last)  # taken back while it was typed: a step that changes nothing is none
        db.session.flush()
        return
    if last is None or joined is None:
        last = DraftCommand(definition_id=definition_id, user_id=asked.user.id, name=asked.name)
    last.changes = _stored(made if joined is None else joined)
    last.revision, last.arguments, last.touches = revision, asked.arguments, touches
    last.words, last.selected, last.at = done.words.as_json(), done.select[:200], now()
    db.session.add(last)
    db.session.flush()


def _going_on(asked: Request, definition_id: int, revision: int, touches: list[str]) -> DraftCommand | None:
    """The last command, when this one only goes on with it: the same person types on in the same place."""
    last = db.session.scalars(
        select(DraftCommand)
        .where(DraftCommand.definition_id == definition_id)
        .order_by(DraftCommand.id.desc())
        .limit(1)
    ).first()
    if last is None or asked.apart or not COMMANDS[asked.name].merges:
        return None
    if not asked.goes_on and now() - last.at > MERGED_WITHIN:
        return None
    known = (last.user_id, last.name, last.state, last.revision, last.touches)
    return last if known == (asked.user.id, asked.name, "done", revision - 1, touches) else None


def _joined(first: Made, then: Made, work: Workspace) -> Made | None:
    """Two steps as one: from the documents before the first to those after the second; None when somebody
    changed one of them in between.
    """
    joined = {**first}
    for target in then:
        between = work.documents[target]
        try:
            before = diff.take_back(between, first.get(target, ()))
        except Overlap:
            return None
        joined[target] = diff.changes(before, work.changed[target])
    return joined


def _turn(user: User, app: str, target: Target, draft: Draft, command: DraftCommand, turn: Any) -> int:
    work = workspace(app)
    for each, listed in _read(command).items():
        try:
            work.changed[each] = turn(work.read(each), listed)
        except Overlap as error:
            raise Conflict(_changed_again(command, each, error.path), code="touched") from error
    return _save(user, work, target, draft)


def _changed_again(command: DraftCommand, target: Target, path: diff.Path) -> str:
    """Why a step stays as it is, naming who changed what it made and how, when a command did."""
    since = history.changed_since(command, target, path)
    if since is None:
        return str(_("Part of this was changed again since, so it stays: %(what)s.", what=_told(command)))
    names = {"who": history.who(since), "did": _told(since), "what": _told(command)}
    return str(_("%(who)s changed part of this since (%(did)s), so it stays: %(what)s.", **names))


def _told(command: DraftCommand) -> str:
    return Said(*command.words).tell(locale())


def _stored(made: Made) -> list[Any]:
    return [[*target, [change.as_json() for change in listed]] for target, listed in made.items()]


def _read(command: DraftCommand) -> dict[Target, list[Change]]:
    return {Target(kind, key): [Change.read(c) for c in listed] for kind, key, listed in command.changes}
