"""What can be done to a draft, one file a command: a gesture of the designer, by drag, click or key.

A plug-in has `name`, `kinds` (of documents it works on), `arguments` (a closed JSON Schema), and `apply`,
which is pure: it changes the documents of a workspace and says what it did. Whatever it refuses it raises as
Invalid, with the path of the argument.
"""

from builder.commands._base import (
    COMMANDS,
    Arguments,
    Command,
    Done,
    Said,
    check_arguments,
    refuse,
    run,
    said,
)
from builder.commands._workspace import Target, Workspace

__all__ = [
    "COMMANDS",
    "Arguments",
    "Command",
    "Done",
    "Said",
    "Target",
    "Workspace",
    "check_arguments",
    "refuse",
    "run",
    "said",
]
