"""What changed between two documents, in words, for the publish dialog and the list of versions. Pure.

The net effect only: what was changed and changed back is not told. A line each, with the text before and
after where there is one to compare.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from builder import diff
from builder.diff import ORDER, Change
from runtime import documents
from runtime.fields import FIELD_TYPES
from runtime.text import LOCALES, Title

Tell = Callable[[Title], str]
SHOWN = 300  # characters of a value


@dataclass(frozen=True)
class Line:
    """One change: a sentence, and what stood there before and after."""

    sentence: str
    before: str = ""
    after: str = ""


def lines(kind: str, before: Any, after: Any, tell: Tell) -> list[Line]:
    """Every change; for a document that is new, one line that says so."""
    if before is None:
        return [Line(str(_("New: it was never published.")))]
    telling = _Telling(kind, before, after, tell)
    told = [line for change in diff.changes(before, after) for line in telling.change(change)]
    return list(dict.fromkeys(told))


def value(kind: str, before: Any, after: Any, change: Change, tell: Tell) -> Line:
    """What differs, and its two values."""
    return _Telling(kind, before, after, tell).value(change)


@dataclass(frozen=True)
class _Telling:
    kind: str
    before: Any
    after: Any
    tell: Tell

    def change(self, change: Change) -> Iterator[Line]:
        match change.path:
            case ("properties", key) if key != ORDER:
                yield self._field(change)
            case ("properties", str(key), *rest) if rest and rest != [ORDER]:
                yield self._of_field(key, tuple(rest), change)
            case ("required",):
                yield from self._required(change)
            case ("fw", "rules", str(key), "off"):
                words = {"rule": key}
                is_off = bool(change.after and change.after[0])
                told = (
                    _("Switched the rule %(rule)s off", **words)
                    if is_off
                    else _("Switched the rule %(rule)s on", **words)
                )
                yield Line(str(told))
            case ("fw", "layout", *_) | ("fw", "tabs", *_) | ("properties", _):
                yield Line(str(_("Changed the layout")))
            case (*_, last) if last == ORDER:
                yield Line(str(_("Changed the order of %(what)s", what=self._place(change.path[:-1]))))
            case _:
                yield self._plain(change)

    def value(self, change: Change) -> Line:
        """What differs, and its two values."""
        match change.path:
            case ("properties", str(key), *rest) if rest:
                title = self.before["properties"][key]["fw"].get("title") or key
                what = f"{self.tell(title)} › {_part(tuple(rest))}"
            case _:
                what = self._place(change.path)
        return Line(what, self._shown(change.before), self._shown(change.after))

    def _field(self, change: Change) -> Line:
        [schema] = change.before or change.after
        title = self.tell(schema["fw"].get("title") or change.path[-1])
        if change.before:
            return Line(str(_("Deleted the field %(field)s", field=title)))
        kind = FIELD_TYPES.get(schema["fw"]["type"])
        return Line(
            str(_("Added the field %(field)s (%(type)s)", field=title, type=_(kind.label) if kind else ""))
        )

    def _of_field(self, key: str, rest: tuple[str, ...], change: Change) -> Line:
        title = self.tell(self.after["properties"][key]["fw"].get("title") or key)
        old, new = self._shown(change.before), self._shown(change.after)
        if rest[:2] == ("fw", "title"):
            return Line(str(_("Renamed the field %(old)s to %(new)s", old=old, new=new)))
        return Line(str(_("Changed %(what)s of %(field)s", what=_part(rest), field=title)), old, new)

    def _required(self, change: Change) -> Iterator[Line]:
        old = set((change.before or [[]])[0])
        new = set((change.after or [[]])[0])
        for key in sorted(new - old):
            yield Line(str(_("%(field)s is now required", field=self._title(key))))
        for key in sorted(old - new):
            if key in self.after["properties"]:
                yield Line(str(_("%(field)s is no longer required", field=self._title(key))))

    def _title(self, key: str) -> str:
        schema = self.after["properties"].get(key) or self.before["properties"].get(key) or {"fw": {}}
        return self.tell(schema["fw"].get("title") or key)

    def _plain(self, change: Change) -> Line:
        what = self._place(change.path)
        old, new = self._shown(change.before), self._shown(change.after)
        if not change.before:
            return Line(str(_("Added %(what)s", what=what)), "", new)
        if not change.after:
            return Line(str(_("Deleted %(what)s", what=what)), old, "")
        return Line(str(_("Changed %(what)s", what=what)), old, new)

    def _place(self, path: tuple[str, ...]) -> str:
        """Where something stands: its own name, within the named things around it."""
        return " › ".join(_part((step,)) for step in path if step != "fw")

    def _shown(self, values: list[Any]) -> str:
        if not values:
            return ""
        value = values[0]
        if isinstance(value, Mapping) and value and set(value) <= set(LOCALES):
            return self.tell(value)
        return (value if isinstance(value, str) else documents.dumps(value))[:SHOWN]


def _part(rest: tuple[str, ...]) -> str:
    """A property's name as people know it; other steps, such as keys and languages, as they are."""
    names = {
        "title": _("the title"),
        "help": _("the help"),
        "placeholder": _("the placeholder"),
        "print": _("whether it is printed"),
        "description": _("the description"),
        "enum": _("the choices"),
        "labels": _("the choices’ labels"),
        "default": _("the default"),
        "rules": _("rules"),
        "items": _("rows"),
        "checks": _("checks"),
        "list": _("the list"),
        "columns": _("the columns"),
        "sort": _("the order"),
        "unique": _("what may not repeat"),
        "duplicates": _("what makes records alike"),
        "duplicates_refused": _("whether alike records are refused"),
        "trigger": _("the trigger"),
        "when": _("the condition"),
        "then": _("what it does"),
        "actions": _("actions"),
        "wait": _("the wait"),
        "until": _("the date that is waited for"),
        "offset": _("how long"),
        "match": _("what is looked for"),
        "set": _("the values"),
        "to": _("the people"),
        "url": _("the address"),
        "run_as": _("whose rights it has"),
        "subject": _("the subject"),
        "body": _("the text"),
        "short": _("the short text"),
        "conditions": _("conditions"),
        "roles": _("roles"),
        "grants": _("rights"),
        "zone": _("the time zone"),
        "languages": _("the languages"),
        "icon": _("the icon"),
        "access": _("who may see it"),
        "maxLength": _("the longest text"),
        "minLength": _("the shortest text"),
        "minimum": _("the smallest value"),
        "maximum": _("the largest value"),
        "formula": _("the formula"),
        "initial": _("the first value"),
        "fill": _("what is filled in"),
        "offer": _("what is offered"),
        "filter": _("the filter"),
        "kind": _("the kind"),
        "limits": _("the limits of the columns"),
        "views": _("views"),
        "group_by": _("what makes the columns of the board"),
        "across": _("the swimlanes"),
        "period": _("the stretches of time"),
        "figures": _("what is told of numbers"),
        "widths": _("the widths of the columns"),
        "frozen": _("the columns that stay in sight"),
        "layer": _("what stands beside the days"),
        "date_field": _("the date"),
        "end_field": _("the end"),
        "total": _("what is summed"),
        "colour": _("what colours the records"),
        "picture": _("the picture"),
    }
    steps = [names.get(step, step) for step in rest if step != "fw"]
    return " › ".join(steps)
