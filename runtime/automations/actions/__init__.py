"""What an automation does, one file an action.

A plug-in has `name`, `label`, `icon`, `options` (the JSON Schema of its part of the document) and
`run(context, options) -> result`. It works inside the transaction of the run: it raises PermanentError (or
lets Invalid, Forbidden, NotFound, Conflict of a write through) when the run must fail, TemporaryError when it
may be tried again, and leaves everything that goes outside to deliveries. The result is shown in the run log;
one with `stop` ends the run and says why. Every action may have what is in COMMON besides.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from runtime.automations.actions._common import COMMON
from runtime.automations.actions._context import ActionContext
from runtime.registry import Registry

Options = Mapping[str, Any]
Result = dict[str, Any]


class Action(Protocol):
    """What every action has."""

    name: str
    label: Any
    icon: str
    options: Options

    def run(self, context: ActionContext, options: Options) -> Result: ...


ACTIONS: Registry[Action] = Registry(__name__)

__all__ = ["ACTIONS", "COMMON", "Action", "ActionContext", "Options", "Result"]
