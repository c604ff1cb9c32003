"""The panels of a form as a whole, of a section and of a tab."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _

from builder.panels import _making, _meanings
from builder.panels._controls import Command, Control, Panel, Setting, told
from builder.panels._field import titles
from runtime.records.duplicates import COMPARED

MOST_DUPLICATES = 5  # sets


def form_panel(document: Mapping[str, Any], setting: Setting) -> Panel:
    """Title, description, icon, what names a record, who owns it, what may not repeat."""
    own = document.get("fw", {})
    general = (
        _title("title", str(_("Title")), document.get("title"), setting),
        replace(
            _title("description", str(_("Description")), document.get("description"), setting),
            help=str(_("What the form is for.")),
        ),
        Control(
            "p-icon",
            "icon",
            str(_("Icon")),
            value=own.get("icon", "forms"),
            send=_set("fw", "icon"),
            read={"as": "text"},
        ),
        _field("title_field", str(_("Named by")), _("The field by which a record is called."), own, setting),
        _field(
            "owner_field", str(_("Owned by")), _("Who owns a record; else whoever made it."), own, setting
        ),
    )
    rest = [*_uniques(own, setting), *_duplicates(own, setting)]
    return Panel(told(general, setting.refused), told(rest, setting.refused))


def _set(*path: str) -> Command:
    return {"name": "form.set", "args": {"path": list(path)}}


def _title(name: str, label: str, stored: Any, setting: Setting) -> Control:
    return _making.title(Control(f"p-{name}", "title", label, value=stored, send=_set(name)), setting)


def _field(name: str, label: str, about: Any, own: Mapping[str, Any], setting: Setting) -> Control:
    wanted = "member" if name == "owner_field" else ""
    known = _meanings.fields(setting.form, wanted, setting)
    plain = Control(f"p-{name}", "pick", label, str(about), own.get(name), send=_set("fw", name))
    return _making.pick(plain, _meanings.options(known, [own.get(name, "")]))


def _uniques(own: Mapping[str, Any], setting: Setting) -> list[Control]:
    """The sets of fields that together may not repeat, and one more to begin."""
    sets = [list(keys) for keys in own.get("unique", ())]
    stored = {
        key: setting.text(field.title)
        for key, field in setting.context.fields(setting.form).items()
        if field.type.stored
    }
    return [_unique(sets, index, stored) for index in range(len(sets) + 1)]


def _unique(sets: list[list[str]], index: int, known: Mapping[str, str]) -> Control:
    label = _("Together different, set %(number)s", number=index + 1)
    keys = sets[index] if index < len(sets) else []
    return Control(
        f"p-unique-{index}",
        "picks",
        str(label),
        str(_("No two records may have the same values in these fields.")),
        options=_meanings.options(known, keys),
        send=_set("fw", "unique"),
        read={"as": "member_of", "all": sets, "at": index},
    )


def _duplicates(own: Mapping[str, Any], setting: Setting) -> Iterator[Control]:
    """The sets of fields by which records are alike, one more to begin, and what happens then."""
    sets = [list(keys) for keys in own.get("duplicates", ())]
    known = {
        key: setting.text(field.title)
        for key, field in setting.context.fields(setting.form).items()
        if field.type.name in COMPARED
    }
    for index in range(min(len(sets) + 1, MOST_DUPLICATES)):
        keys = sets[index] if index < len(sets) else []
        yield Control(
            f"p-duplicates-{index}",
            "picks",
            str(_("Alike, set %(number)s", number=index + 1)),
            str(
                _(
                    "Who fills the form is told of records that he may see with the same values in these fields."
                )
            ),
            options=_meanings.options(known, keys),
            send=_set("fw", "duplicates"),
            read={"as": "member_of", "all": sets, "at": index},
        )
    if sets:
        yield Control(
            "p-duplicates_refused",
            "flag",
            str(_("Refuse alike records")),
            str(_("Without it they can be saved after a warning.")),
            value=bool(own.get("duplicates_refused")),
            send=_set("fw", "duplicates_refused"),
            read={"as": "flag", "default": False},
        )


def title_panel(kind: str, key: str, stored: Any, setting: Setting) -> Panel:
    """The panel of a section or a tab: its title."""

    def command(locale: str) -> Command:
        return {"name": f"{kind}.title", "args": {kind: key, "locale": locale}}

    return Panel(told([titles("title", str(_("Title")), stored, setting, command)], setting.refused))
