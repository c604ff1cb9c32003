"""The conditions of a message as its editor shows them: what parts of the texts depend on."""

from collections.abc import Iterator
from dataclasses import dataclass

from builder.condition_editor import Editor, Place, editor
from builder.studio import Studio
from runtime.forms.conditions.lines import Line
from runtime.text import search_key

NEW = "only-new"


@dataclass(frozen=True)
class Only:
    """A condition with its editor; `opens` and `closes` stand around the part of a text that depends on it."""

    key: str
    editor: Editor

    @property
    def opens(self) -> str:
        """What a text says before the part."""
        return f"{{% if record.is.{self.key} %}}"

    @property
    def closes(self) -> str:
        """What a text says behind the part."""
        return "{% endif %}"

    @property
    def search(self) -> str:
        """What it is found by."""
        return search_key(self.editor.says, self.key, "if")


def listed(studio: Studio) -> Iterator[Only]:
    """The conditions of the message."""
    for each in studio.document.get("conditions", ()):
        place = Place(
            f"only-{each['key']}", "message.condition.set", _sight(studio), {"condition": each["key"]}
        )
        yield Only(each["key"], editor(studio, place, each["when"]))


def adding(studio: Studio) -> Editor | None:
    """The editor of a condition that is yet to be made, when it was asked for."""
    if "new" not in studio.asked and studio.asked.get("rows_of") != NEW:
        return None
    return editor(studio, Place(NEW, "message.condition.add", _sight(studio)), {}, Line())


def _sight(studio: Studio) -> str:
    return f"own:{studio.document.get('form', '')}"
