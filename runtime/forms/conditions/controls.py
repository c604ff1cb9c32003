"""The control of a field away from its form, by the templates that draw it there: fixed values of automations,
values of conditions, answers when publishing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from runtime.fields import POINTERS, Field, FieldError, Raw
from runtime.forms import options
from runtime.forms.conditions.words import Looker, told
from runtime.forms.entry import as_one
from runtime.forms.names import Titles
from runtime.forms.shown import Choice, Picker, Shown
from runtime.forms.state import shown_steps

CHOICE = "fields/choice.html"
LONGEST_ID = 20  # digits


@dataclass(frozen=True)
class Spot:
    """Where a control stands: its id, the name under which it posts (the id, unless another is given), what it
    is called, and what a list of choices calls nothing being chosen.
    """

    id: str
    title: str
    posts: str = ""
    nothing: str = ""
    help: str = ""
    error: str = ""


def control(looker: Looker, field: Field, raw: Raw, spot: Spot) -> Shown:
    """The control of a field with what it holds."""
    reader, kind = looker.reader, field.type
    choices, steps = _choices(looker, field, raw, spot), shown_steps(field, raw, reader)
    return Shown(
        key=spot.id,
        title=spot.title,
        help=spot.help,
        template=kind.template,
        raw=raw if isinstance(raw, str) else tuple(raw),
        attributes=tuple(kind.attributes(field, reader).items()),
        choices=() if steps else choices,
        steps=steps,
        grouped=bool(steps) or (bool(choices) and kind.template != CHOICE),
        picker=picker(looker, field, as_one(raw), spot.id) if kind.name in POINTERS else None,
        prefix=kind.prefix(field, reader),
        error=spot.error,
        posts=spot.posts,
    )


def _choices(looker: Looker, field: Field, raw: Raw, spot: Spot) -> tuple[Choice, ...]:
    """What can be picked, with what stands there though it can no longer be; in a list also nothing."""
    choices = tuple(Choice(*each) for each in field.type.choices(field, looker.reader))
    if not choices:
        return ()
    known = {choice.key for choice in choices}
    raws = [raw] if isinstance(raw, str) else raw
    choices = (*choices, *(Choice(each, each) for each in raws if each and each not in known))
    is_list = field.type.template == CHOICE and (spot.nothing or not raw)
    return (Choice("", spot.nothing), *choices) if is_list else choices


def listed(raw: str, choices: Sequence[Choice], spot: Spot) -> Shown:
    """A list to choose from, with `spot.nothing` at its beginning."""
    return Shown(
        key=spot.id,
        title=spot.title,
        help=spot.help,
        template=CHOICE,
        raw=raw,
        choices=(Choice("", spot.nothing), *choices),
        error=spot.error,
        posts=spot.posts,
    )


def picker(looker: Looker, field: Field, raw: str, id: str) -> Picker:
    """The search among all that a field may point to and this person may see. What the field offers only under
    conditions is offered here without them: they look at a record that is not there yet.
    """
    plain = replace(field, options={name: own for name, own in field.options.items() if name != "offer"})
    url = looker.picks_from(field)
    shown, sought = _shown(looker, field, raw), looker.asked.get(f"_find.{id}", "")
    if looker.scripted:
        return Picker(url, "", shown, kind=options.kind(looker.app, field))
    offered = options.offer(looker.user, looker.app, plain, {}, sought).options
    if raw and raw not in {str(each) for each, _title in offered}:
        offered = [(int(raw), shown), *offered] if raw.isdecimal() and len(raw) < LONGEST_ID else offered
    return Picker(url, "", shown, tuple(offered), sought, options.kind(looker.app, field))


def _shown(looker: Looker, field: Field, raw: str) -> str:
    try:
        value = field.type.parse(raw, field, looker.reader)
    except FieldError:
        return ""
    return "" if value is None else told(looker, field, value, Titles(looker.user))
