"""What a panel consists of, and what making one must know."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from builder.checks import Context
from runtime import documents
from runtime.text import Title, localized

Path = tuple[str | int, ...]
Command = Mapping[str, Any]
"""What is posted: `name` and `args` of a command, to which the control adds what was entered."""

SHOWN = 7  # controls before “Advanced”


@dataclass(frozen=True)
class Option:
    """One thing to pick."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True)
class Refused:
    """What somebody entered in the control `at` and could not be stored: it stays, with the reason beside it."""

    at: str
    sentence: str
    typed: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Control:
    """One property. `kind` names its template in `builder/panels/`, `send` is the command that a change of
    it posts, and `read` says how what is entered becomes an argument of it (`_reading.arguments`).
    """

    name: str
    kind: str
    label: str
    help: str = ""
    value: Any = None
    options: tuple[Option, ...] = ()
    send: Command = field(default_factory=dict)
    read: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    required: bool = False
    parts: tuple["Control", ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    """What only templates of this kind need."""
    refused: Refused | None = None
    whole: bool = False
    """Whether half a text would mean something else, so that it counts only once the control is left."""

    @property
    def do(self) -> str:
        """The command as it is posted."""
        return documents.dumps(self.send)

    @property
    def reading(self) -> str:
        """The way to read as it is posted."""
        return documents.dumps(self.read)

    @property
    def error(self) -> str:
        """Why what was entered last was not stored."""
        return self.refused.sentence if self.refused else ""

    def typed(self, name: str, stored: str = "") -> str:
        """What an input of the control shows: what was typed when it was refused, else what is stored."""
        if self.refused is None:
            return stored
        return next(iter(self.refused.typed.get(name, ())), "")

    def with_value(self, value: Any) -> dict[str, Any]:
        """The arguments of the command that stores this value."""
        return {**self.send["args"], "value": value}

    def without(self, index: int) -> dict[str, Any]:
        """The arguments of the command that stores the list without one of its items."""
        left = [item for at, item in enumerate(self.value) if at != index]
        return self.with_value(left) if left else {**self.send["args"], "remove": True}

    def has(self, words: str) -> bool:
        """Whether a search for these words finds it."""
        text = f"{self.label} {self.help}".lower()
        return all(word in text for word in words.lower().split()) or any(p.has(words) for p in self.parts)


@dataclass(frozen=True)
class Panel:
    """The controls that are seen at once, and those under “Advanced”."""

    controls: tuple[Control, ...]
    advanced: tuple[Control, ...] = ()

    def __iter__(self) -> Iterator[Control]:
        return iter((*self.controls, *self.advanced))

    @property
    def has_refused(self) -> bool:
        """Whether something under “Advanced” was refused, so that it must be seen."""
        return any(control.error for control in self.advanced)

    def found(self, words: str) -> "Panel":
        """The controls that a search finds; all without words."""
        if not words.strip():
            return self
        controls, advanced = ([c for c in part if c.has(words)] for part in (self.controls, self.advanced))
        return Panel(tuple(controls), tuple(advanced))


def told(controls: Sequence[Control], refused: Refused | None) -> tuple[Control, ...]:
    """The controls, the refused one with what was typed in it."""
    if refused is None:
        return tuple(controls)
    return tuple(
        replace(
            control,
            refused=refused if control.name == refused.at else None,
            parts=told(control.parts, refused),
        )
        for control in controls
    )


@dataclass(frozen=True)
class Setting:
    """What a panel is about. `command` gives the command that changes the option at a path; `form` is the
    form whose fields options name; `templates` are templates of one's own by name of the option.
    """

    context: Context
    command: Callable[[Path], Command]
    locale: str = "en"
    default_locale: str = "en"
    form: str = ""
    advanced: frozenset[str] = frozenset()
    leave_out: frozenset[str] = frozenset()
    templates: Mapping[str, str] = field(default_factory=dict)
    refused: Refused | None = None
    prefix: str = "p"

    def text(self, title: Title | None) -> str:
        """A title as this person reads it."""
        return localized(title, self.locale, self.default_locale) if title else ""

    @property
    def languages(self) -> list[str]:
        """The languages of the app."""
        return self.context.languages()
