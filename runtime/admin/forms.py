"""The forms of the administrator's pages."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, SelectField, SelectMultipleField, StringField
from wtforms.widgets import CheckboxInput, ListWidget

from runtime.accounts import departments
from runtime.accounts.forms import Form, an_address, filled
from runtime.accounts.models import Department, User
from runtime.definitions import lookup
from runtime.i18n import LANGUAGES, locale
from runtime.text import localized

NOBODY = "0"


def number_or_none(value: Any) -> int | None:
    """The chosen id; None for "none"."""
    return int(value) or None if value else None


class Boxes(SelectMultipleField):
    """Several choices as check boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class UserForm(Form):
    """A user as an administrator sees one; roles are values like `followup:sales`."""

    name = StringField(_l("Full name"), [filled], render_kw={"autocomplete": "off"})
    email = EmailField(_l("E-mail"), [an_address], render_kw={"autocomplete": "off"})
    locale = SelectField(_l("Language"), choices=LANGUAGES)
    department_id = SelectField(_l("Department"), coerce=int)
    roles = Boxes(_l("Roles in apps"))
    is_admin = BooleanField(
        _l("Administrator"), description=_l("Looks after users and departments, and sees every record.")
    )
    is_designer = BooleanField(_l("Designer"), description=_l("Changes apps, forms and automations."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.department_id.choices = department_choices(_("No department"), departments.tree())
        self.roles.choices = role_choices()


class DepartmentForm(Form):
    """A department: name, place in the tree, manager."""

    name = StringField(_l("Name"), [filled], render_kw={"autocomplete": "off"})
    parent_id = SelectField(_l("Part of"), coerce=int)
    manager_id = SelectField(
        _l("Manager"), coerce=int, description=_l("Gets copies of reminders of the people in the department.")
    )

    def offer(self, tree: Iterable[Department], people: Iterable[User]) -> None:
        """Set what can be chosen."""
        self.parent_id.choices = department_choices(_("Stands at the top"), tree)
        self.manager_id.choices = {NOBODY: _("Nobody yet"), **{str(user.id): user.name for user in people}}


def department_choices(none: str, tree: Iterable[Department]) -> dict[str, str]:
    """Departments to choose from, deeper ones further to the right."""
    return {NOBODY: none, **{str(one.id): "\u2003" * departments.depth(one) + one.name for one in tree}}


def role_choices() -> dict[str, str]:
    """Every role of every published app, by the titles of both."""
    return {
        f"{app.key}:{role.key}": f"{_in(app.title)} · {_in(role.title)}"
        for app in lookup.apps()
        for role in app.roles.values()
    }


def _in(title: Any) -> str:
    return localized(title, locale())
