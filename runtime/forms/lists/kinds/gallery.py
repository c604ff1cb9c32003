"""The gallery: records as cards with the first picture of each."""

from dataclasses import dataclass

from runtime import access
from runtime.accounts.models import User
from runtime.definitions.documents import Form
from runtime.fields import N_, Reader
from runtime.forms import downloads
from runtime.forms.lists.kinds._base import Kind, Part, Shown, colour_part, of_types, switches
from runtime.forms.lists.kinds._cards import Card, cards
from runtime.forms.lists.listing import page_of, paged, plain_places
from runtime.forms.lists.places import Asked
from runtime.forms.names import titles_for
from runtime.records.rows import Record


@dataclass(frozen=True, kw_only=True)
class Gallery(Shown):
    """Cards, each with the address of its small picture, if it has one."""

    cards: tuple[tuple[Card, str], ...]
    more: str = ""
    further: str = ""
    unasked: bool = False
    full: bool = False


class GalleryKind(Kind):
    """The records as cards with pictures."""

    name = "gallery"
    label = N_("Gallery")
    icon = "photo"
    rank = 4
    template = "records/_gallery.html"
    more = "records/_pictures.html"

    parts = (Part("picture", N_("Pictures from"), of_types("image"), needed=True), colour_part())

    def draw(self, user: User, form: Form, asked: Asked, reader: Reader) -> Shown:
        return gallery(user, form, asked, reader)


def gallery(user: User, form: Form, asked: Asked, reader: Reader) -> Gallery:
    """The asked part of the gallery: from the cursor, or all from the first card up to where the person had come."""
    hidden, page = access.fields(user, form).hidden, page_of(user, form, asked)
    drawn = cards(user, form, asked.look, page.items, reader)
    small = _pictures(user, form, asked.look.picture, page.items, reader)
    places = plain_places(form, asked)
    return Gallery(
        cards=tuple((drawn[each.id], small.get(each.id, "")) for each in page.items),
        switches=switches(GalleryKind.parts, form, places, hidden, reader),
        **paged(form, asked, page, hidden, reader),
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
