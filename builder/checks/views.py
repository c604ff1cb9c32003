"""Views that could not be drawn as they say: fields that do not fit their place, and roles that there are not."""

from collections.abc import Iterator, Mapping

from flask_babel import gettext as _

from builder.checks import Context
from runtime.definitions.documents import Document
from runtime.errors import Problem
from runtime.fields import Field
from runtime.forms.lists import columns
from runtime.forms.lists.kinds import KINDS

Found = Iterator[Problem]


class Views:
    """Every field of a view must fit its place: what is sorted by has an order, a calendar needs a date."""

    name = "views"
    kinds = ("view",)

    def check(self, document: Document, context: Context) -> list[Problem]:
        fields = context.fields(str(document["form"]))
        if not fields:
            return []
        found = [*_parts(document, fields), *_sorts(document, fields), *_columns(document, fields)]
        return [*found, *_figures(document, fields), *_limits(document, fields), *_roles(document, context)]


def _parts(document: Document, fields: Mapping[str, Field]) -> Found:
    kind = KINDS.get(str(document["kind"]))
    for part in kind.parts if kind else ():
        key = document.get(part.name, "")
        if key in fields and not part.fits(fields[key]):
            sentence = _("“%(key)s” does not fit here: %(part)s.", key=key, part=_(part.label))
            yield Problem((part.name,), "unfit_field", sentence, {"key": key})
        if part.needed and not any(map(part.fits, fields.values())):
            sentence = _("The form has no field for this kind of view: %(part)s.", part=_(part.label))
            yield Problem(("kind",), "unfit_kind", sentence)
    begin, end = fields.get(document.get("date_field", "")), fields.get(document.get("end_field", ""))
    if begin and end and begin.type.name != end.type.name:
        sentence = _("Begin and end must both be dates, or both dates with a time.")
        yield Problem(("end_field",), "unfit_field", sentence)


def _sorts(document: Document, fields: Mapping[str, Field]) -> Found:
    for name in document.get("sort", "").split(","):
        key = name.removeprefix("-")
        if key in fields and fields[key].type.stored and not columns.sortable(fields[key]):
            sentence = _("Records cannot be sorted by “%(key)s”: its values have no order.", key=key)
            yield Problem(("sort",), "unsortable", sentence, {"key": key})


def _columns(document: Document, fields: Mapping[str, Field]) -> Found:
    for index, key in enumerate(document.get("columns", ())):
        if key in fields and not (fields[key].type.stored or fields[key].type.name == "lookup"):
            sentence = _("“%(key)s” holds nothing that a list could show.", key=key)
            yield Problem(("columns", index), "unfit_field", sentence, {"key": key})


def _figures(document: Document, fields: Mapping[str, Field]) -> Found:
    for key in document.get("figures", {}):
        if key in fields and not (fields[key].type.stored and columns.is_number(fields[key])):
            sentence = _("“%(key)s” holds no numbers.", key=key)
            yield Problem(("figures", key), "unfit_field", sentence, {"key": key})


def _limits(document: Document, fields: Mapping[str, Field]) -> Found:
    lane = fields.get(document.get("group_by", ""))
    known = set(lane.schema.get("enum", ())) if lane else set()
    for value in document.get("limits", {}):
        if value not in known:
            sentence = _("There is no choice “%(value)s” for a limit.", value=value)
            yield Problem(("limits", value), "unknown_choice", sentence, {"key": value})


def _roles(document: Document, context: Context) -> Found:
    app = context.documents.get(("app", context.app), {})
    known = {each.get("key") for each in app.get("roles", ())}
    for index, role in enumerate(document.get("roles", ())):
        if role not in known:
            sentence = _("There is no role “%(key)s” in this app.", key=role)
            yield Problem(("roles", index), "unknown_role", sentence, {"key": role})


plugin = Views()
