"""What a command is, and running one on a workspace."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import Any, NoReturn, Protocol

from flask_babel import gettext as _
from jsonschema import Draft202012Validator

from builder.commands._workspace import Target, Workspace
from runtime.errors import Invalid, NotFound, Problem
from runtime.registry import Registry
from runtime.text import Title, localized

MAX_STEM = 34  # of a key of 40 characters: there is room for a number

Arguments = Mapping[str, Any]


@dataclass(frozen=True)
class Said:
    """A sentence that is worded when somebody reads it: a msgid marked with `N_`, and what it names, titles
    in several languages among them.
    """

    text: str
    params: Mapping[str, Title | int]

    def tell(self, locale: str) -> str:
        """The sentence in the current language; `locale` picks among the languages of titles."""
        told = {
            name: value if isinstance(value, int) else localized(value, locale)
            for name, value in self.params.items()
        }
        return str(_(self.text, **told))

    def as_json(self) -> list[Any]:
        """As it is stored; `Said(*stored)` gives it back."""
        return [self.text, dict(self.params)]


def said(text: str, **params: Title | int) -> Said:
    """A sentence with what it names."""
    return Said(text, params)


@dataclass(frozen=True)
class Done:
    """What a command did: in words, for the history; as said aloud (the same unless given); what to select
    then, such as `field/amount`.
    """

    words: Said
    say: Said | None = None
    select: str = ""


class Command(Protocol):
    """One gesture. `merges` says that doing it again to the same thing at once counts as one step."""

    name: str
    kinds: Sequence[str]
    arguments: Mapping[str, Any]
    merges: bool

    def touches(self, arguments: Arguments) -> Sequence[str]:
        """The objects it is about, from the outer to the inner: `field/amount/title`. Two commands meet
        when one names what the other names, or something inside.
        """
        ...

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        """Change the workspace; Invalid when the arguments do not fit the document."""
        ...


COMMANDS: Registry[Command] = Registry("builder.commands")


def closed(*required: str, **properties: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of arguments: these, and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def free_key(stem: str, taken: Collection[str]) -> str:
    """A key that is not taken: the stem itself, else the stem with the first number that is free."""
    numbered = (f"{stem[:MAX_STEM]}_{number}" for number in count(2))
    return next(key for key in chain([stem[:MAX_STEM]], numbered) if key not in taken)


def run(work: Workspace, target: Target, name: str, arguments: Any) -> Done:
    """Do a command; Invalid for arguments that do not fit, NotFound for a command there is not."""
    command = COMMANDS.get(name)
    if command is None or target.kind not in command.kinds:
        raise NotFound(_("There is no such command."))
    check_arguments(command, arguments)
    return command.apply(work, target, arguments)


def check_arguments(command: Command, arguments: Any) -> None:
    """Invalid with every argument that is missing, unknown or of a wrong type."""
    validator = Draft202012Validator(dict(command.arguments))
    problems = [
        Problem(tuple(error.absolute_path), str(error.validator), _fault(error.message))
        for error in validator.iter_errors(arguments)
    ]
    if problems:
        raise Invalid(problems)


def _fault(message: str) -> str:
    return str(_("The designer sent something unfit: %(what)s", what=message[:200]))


def refuse(argument: str, code: str, sentence: str) -> NoReturn:
    """Raise Invalid at one argument."""
    raise Invalid([Problem((argument,), code, sentence)])
