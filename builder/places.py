"""The ways from the runtime's pages into the builder."""

from flask import url_for
from flask_babel import gettext as _

from builder import goings
from builder.views import Sharing
from runtime import access, going, shell
from runtime.accounts.models import User
from runtime.definitions.documents import Form
from runtime.forms.lists import sharing
from runtime.forms.record import page as record_page
from runtime.records.rows import Record
from runtime.shell import Place
from runtime.transfer import import_pages


def register() -> None:
    """Let the runtime's pages show these ways."""
    if offer not in shell.PLACES:
        shell.PLACES.append(offer)
        going.OFFERS.append(goings.offer)
        sharing.DOORS.append(Sharing())
        import_pages.NEW_FIELDS.append(new_fields)
        record_page.WAYS.append(why)


def offer(user: User, app: str | None) -> list[Place]:
    """Where a designer may go from home, or from the pages of an app; nowhere for other people."""
    if not access.can(user, "design", "platform"):
        return []
    if app is not None:
        address = url_for("designer.show", app=app, kinds="app", key=app, tab="overview")
        return [Place(address, "tools", _("Design"))]
    return [
        Place(url_for("apps.new_app"), "plus", _("New app")),
        Place(url_for("gallery.index"), "apps", _("App gallery")),
    ]


def why(user: User, form: Form, record: Record) -> list[Place]:
    """Where a designer reads why the fields of a record are as they are; nowhere for other people."""
    if not access.can(user, "design", "platform"):
        return []
    way = {"app": form.app, "kinds": "forms", "key": form.key, "tab": "preview", "record": record.id}
    return [Place(url_for("designer.show", **way, _anchor="why-card"), "help", _("Why is it so?"))]  # type: ignore[arg-type]


def new_fields(user: User, form: Form) -> str:
    """Where a designer makes fields of the columns of a spreadsheet; "" for other people."""
    if not access.can(user, "design", "platform"):
        return ""
    return url_for("spreadsheet.propose", app=form.app)
