"""Two people changed the same thing: what stands there now beside what the later one would have made of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from builder import change_words, commands, designing, history
from builder.commands import Said, Target, Workspace
from builder.designing import Request, Touched
from builder.diff import ORDER, Change
from builder.workspaces import workspace
from runtime import documents
from runtime.errors import FormwrightError
from runtime.i18n import locale
from runtime.text import Title, localized

MOST = 5  # values to choose among; of more the two sentences say enough


@dataclass(frozen=True)
class Value:
    """A value that would differ: what it is, theirs, which is stored, and mine; `path` names it in a post."""

    path: str
    what: str
    theirs: str
    mine: str


@dataclass(frozen=True)
class Clash:
    """What somebody (`who`) `did` meanwhile and what was `wanted`, in words; the values to choose among, none when
    it is all or nothing.
    """

    key: str
    who: str
    did: str
    at: datetime
    wanted: str
    values: Sequence[Value]


def clash(error: Touched) -> Clash | None:
    """What there is to choose; None when what was asked for can no longer be done or changes nothing."""
    by, asked, work = error.by, error.asked, workspace(error.asked.app)
    try:
        done = commands.run(work, asked.target, asked.name, asked.arguments)
    except FormwrightError:
        return None
    made = [(target, change) for target, changes in designing.made(work).items() for change in changes]
    if not made:
        return None
    did, wanted = (words.tell(locale()) for words in (Said(*by.words), done.words))
    values = [_value(work, target, change) for target, change in made]
    apart = len(values) <= MOST and all(change.before and _is_value(change) for _target, change in made)
    shown = values if apart or (len(made) == 1 and _is_inner(made[0][1])) else ()
    return Clash(_key(asked), history.who(by), did, by.at, wanted, shown)


def _is_value(change: Change) -> bool:
    """Whether it can be left out without leaving half of something."""
    return ORDER not in change.path and change.path[:2] not in (("fw", "layout"), ("fw", "tabs"))


def _is_inner(change: Change) -> bool:
    """Whether one value within something came or went, such as the help of a field, so that the two can be compared."""
    return _is_value(change) and len(change.path) > 2


def _key(asked: Request) -> str:
    """A name for what was asked for: the same question is asked once."""
    return sha256(documents.dumps([asked.name, asked.arguments]).encode()).hexdigest()[:12]


def _value(work: Workspace, target: Target, change: Change) -> Value:
    default = str(work.read(Target("app", work.app)).get("default_locale", "en"))

    def tell(title: Title) -> str:
        return localized(title, locale(), default)

    line = change_words.value(target.kind, work.documents[target], work.changed[target], change, tell)
    return Value(designing.path_of(change), line.sentence, line.before, line.after)
