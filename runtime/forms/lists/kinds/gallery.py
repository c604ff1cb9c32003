"""The gallery: records as cards with the first picture of each."""

from dataclasses import dataclass, replace
from typing import Any

from runtime import access
from runtime.accounts.models import User
from runtime.definitions.documents import Form
from runtime.fields import N_, Reader
from runtime.forms import downloads
from runtime.forms.lists.cells import counted
from runtime.forms.lists.columns import order_of
from runtime.forms.lists.kinds._base import Kind, Shown
from runtime.forms.lists.kinds._cards import Card, cards
from runtime.forms.lists.places import MOST_ROWS, PER_PAGE, Asked, Places
from runtime.forms.names import titles_for
from runtime.records import query
from runtime.records.rows import Record


@dataclass(frozen=True, kw_only=True)
class Gallery(Shown):
    """Cards, each with the address of its small picture, if it has one."""

    cards: tuple[tuple[Card, str], ...]
    more: str = ""
    further: str = ""
    full: bool = False


def field_of(form: Form, hidden: frozenset[str]) -> str:
    """The first field of pictures; empty where there is none."""
    return next(
        (key for key, one in form.fields.items() if one.type.name == "image" and key not in hidden), ""
    )


class GalleryKind(Kind):
    """The records as cards with pictures."""

    name = "gallery"
    label = N_("Gallery")
    icon = "photo"
    rank = 4
    template = "records/_gallery.html"
    more = "records/_pictures.html"

    def fits(self, form: Form, hidden: frozenset[str]) -> bool:
        return bool(field_of(form, hidden))

    def draw(self, user: User, form: Form, asked: Asked, reader: Reader) -> Shown:
        return gallery(user, form, asked, reader)


def gallery(user: User, form: Form, asked: Asked, reader: Reader) -> Gallery:
    """The asked part of the gallery: from the cursor, or all from the first card up to where the person had come."""
    hidden = access.fields(user, form).hidden
    wanted: dict[str, Any] = {"sort": asked.look.sort or form.sort, "search": asked.search}
    part = {"limit": PER_PAGE, "after": asked.after, "total": False} if asked.after else {"limit": asked.upto}
    page = query.page(user, form, condition=asked.look.condition, **part, **wanted)
    drawn = cards(user, form, asked.look.columns, page.items, reader)
    small = _pictures(user, form, field_of(form, hidden), page.items, reader)
    plain = Places(form, replace(asked, panel="", after=""))
    goes_on, upto = bool(page.next) and asked.upto < MOST_ROWS, asked.upto + PER_PAGE
    return Gallery(
        count=counted(page.total, page.capped, reader),
        places=Places(form, asked) if asked.panel or asked.after else plain,
        order=order_of(form, asked.look.sort, hidden),
        address=plain.to(),
        is_empty=not page.items,
        cards=tuple((drawn[each.id], small.get(each.id, "")) for each in page.items),
        more=plain.on(page.next or "", upto=upto) if goes_on else "",
        further=plain.to(upto=upto) if goes_on else "",
        full=bool(page.next) and not goes_on,
    )


def _pictures(user: User, form: Form, key: str, records: list[Record], reader: Reader) -> dict[int, str]:
    """The address of each record's first picture, made small."""
    names = titles_for(user, form, [form.fields[key]], [record.values for record in records])
    found = {record.id: names.stored(record.values.get(key, ())[:1]) for record in records}
    return {
        record_id: downloads.shown(form, files[0], record_id, reader).small
        for record_id, files in found.items()
        if files
    }


plugin = GalleryKind()
