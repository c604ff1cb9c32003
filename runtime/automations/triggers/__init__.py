"""What starts an automation, one file a trigger.

A plug-in has `name`, `label`, `icon`, `options` (the JSON Schema of its part of the document) and `moments`:
True when it starts at planned moments of a record (`date_reached`), False when an event starts it. The latter
also has `matches(event, options)`.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from runtime.records.models import Event
from runtime.registry import Registry

Options = Mapping[str, Any]


class Trigger(Protocol):
    """What every trigger has; `matches` says whether an event of its form starts it."""

    name: str
    label: Any
    icon: str
    options: Options
    planned: bool

    def matches(self, event: Event, options: Options) -> bool: ...


TRIGGERS: Registry[Trigger] = Registry(__name__)
