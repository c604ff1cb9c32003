"""Values and visibility that wait for each other."""

from flask_babel import gettext as _

from builder.checks import Context, _dependencies, _places
from runtime.definitions import dependencies
from runtime.definitions.dependencies import RingError
from runtime.definitions.documents import Document
from runtime.errors import Problem
from runtime.fields import Field
from runtime.records.wording import said


class Rings:
    """Fills, look-ups, formulas and rules of one form must not lead back to where they began: there would be
    no order to work them out in. What a rule shows, hides or sets depends on what its condition reads. Nor may they
    together with roll-ups lead back over other forms.
    """

    name = "rings"
    kinds = ("form",)

    def check(self, document: Document, context: Context) -> list[Problem]:
        form = _places.form_key(document)
        fields = context.fields(form)
        try:
            dependencies.order(_dependencies.sources(document, fields), fields)
            if _has_roll_ups(context):
                graph = _dependencies.through_forms(context)
                dependencies.order(graph, (f"{form}.{key}" for key in fields))
        except _dependencies.UNREADABLE:
            return []  # said by the checks of formulas and conditions
        except RingError as error:
            return _told(error.ring, form, context)
        return []


def _has_roll_ups(context: Context) -> bool:
    return any(_is_roll_up(field) for form in context.of("form") for field in context.fields(form).values())


def _is_roll_up(field: Field) -> bool:
    return field.type.name == "roll_up"


def _told(ring: tuple[str, ...], form: str, context: Context) -> list[Problem]:
    if "." not in ring[0]:
        names = " → ".join(ring)
        sentence = _("These fields wait for each other: %(ring)s. Break the ring.", ring=names)
        return [Problem(("properties", ring[0]), "ring", sentence)]
    places = [_place(name, context) for name in ring]
    own = [field.key for key, field in places if key == form]
    if not own or not any(_is_roll_up(field) for _key, field in places):
        return []  # told at a form of the ring; without a roll-up nothing waits: formulas keep what they were
    names = " → ".join(f"{_title(key, context)}: {said(field.title)}" for key, field in places)
    sentence = _("These fields wait for each other: %(ring)s. Break the ring.", ring=names)
    return [Problem(("properties", own[0]), "ring", sentence)]


def _place(name: str, context: Context) -> tuple[str, Field]:
    """The form and the field that a name like `visit.amount` means."""
    form, _dot, key = name.rpartition(".")
    return form, context.fields(form)[key]


def _title(form: str, context: Context) -> str:
    document = context.documents["form", form]
    return said(document.get("fw", {}).get("title") or document["title"])


plugin = Rings()
