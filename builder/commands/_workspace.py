"""The documents that a command sees and changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from runtime.errors import NotFound


class Target(NamedTuple):
    """The document that somebody works on."""

    kind: str
    key: str


@dataclass
class Workspace:
    """The drafts of an app by kind and key, and the versions in force. Documents are copied when first
    opened for change, so that those given stay as they were; `changed` are the copies.
    """

    app: str
    documents: Mapping[Target, Any]
    in_force: Mapping[Target, Any]
    changed: dict[Target, Any] = field(default_factory=dict)

    def read(self, target: Target) -> Any:
        """A document as it is now, not to be changed; NotFound when there is none."""
        if target in self.changed:
            return self.changed[target]
        if target not in self.documents:
            raise NotFound
        return self.documents[target]

    def open(self, target: Target) -> Any:
        """A document to change in place."""
        if target not in self.changed:
            self.changed[target] = _copy(self.read(target))
        return self.changed[target]

    def targets(self, kind: str) -> list[Target]:
        """The documents of a kind that there are."""
        known = dict.fromkeys((*self.documents, *self.changed))
        return [target for target in known if target.kind == kind]

    def is_in_force(self, target: Target) -> bool:
        """Whether a version of it was ever published and is in force."""
        return target in self.in_force


def _copy(value: Any) -> Any:
    """A copy of a JSON value; `deepcopy` takes four times as long."""
    if isinstance(value, dict):
        return {name: _copy(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_copy(item) for item in value]
    return value
