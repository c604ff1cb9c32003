"""Beginning apps, forms, views, automations and messages, and ending them."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _

from builder import definitions, usage
from builder.app_forms import NewAppForm
from builder.commands import Target
from builder.commands._base import free_key
from builder.commands._fields import proposed_key
from builder.definitions import CREATED, NewApp
from builder.routes.designer import require_designer
from builder.studio import KINDS, address
from builder.workspaces import workspace
from runtime.accounts.forms import text
from runtime.accounts.sessions import signed_in_user
from runtime.db import db, transaction
from runtime.errors import Conflict, FormwrightError, Invalid, NotFound
from runtime.fields import N_
from runtime.htmx import go_to
from runtime.i18n import locale
from runtime.text import Title, clean_text, localized

blueprint = plugin = Blueprint("apps", __name__, url_prefix="/apps")
TITLE_LENGTH = 200
NEW = ", ".join(plural for plural, kind in KINDS.items() if kind in CREATED)
RETIRED = {
    "form": N_("The form is no longer offered. Its records are kept."),
    "automation": N_("The automation no longer runs."),
    "message": N_("The message is no longer sent."),
    "view": N_("Nobody finds the view any more."),
}


# A hyphen stands in no key, so this is nobody's app.
@blueprint.route("/new-app", methods=["GET", "POST"])
def new_app() -> Response:
    """Ask what a new app is called, and make it."""
    require_designer()
    form = NewAppForm(data={"languages": [locale()], "zone": signed_in_user().zone})
    if not (form.validate_on_submit() and (key := _made(form))):
        status = 422 if form.errors else 200
        return make_response(render_template("builder/app/new.html", form=form), status)
    return go_to(address(key, Target("app", key), "overview"))


def _made(form: NewAppForm) -> str:
    new = NewApp(
        text(form.title), text(form.key), text(form.zone), form.languages.data or [], text(form.description)
    )
    try:
        with transaction():
            return definitions.create_app(signed_in_user(), new)
    except Invalid as error:
        form.key.errors = [problem.message for problem in error.problems]
        return ""


@blueprint.get("/new-app/key")
def key_for() -> str:
    """The control of a new app's key, with the key that would be made of the title."""
    require_designer()
    title = request.args.get("title", "")[:TITLE_LENGTH].strip()
    proposed = proposed_key(title, definitions.app_keys(), "app") if title else ""
    return render_template("builder/app/_key.html", form=NewAppForm(), proposed=proposed)


@blueprint.post(f"/<app>/new/<any({NEW}):kinds>")
def new_definition(app: str, kinds: str) -> Response:
    """Make an empty form, automation, message or view of `form` of this title, and go to its designer."""
    require_designer()
    kind, form = KINDS[kinds], request.form.get("form", "")
    if kind == "view" and Target("form", form) not in workspace(app).documents:
        raise NotFound(_("There is no such form."))

    def make() -> str:
        title = title_of(request.form.get("title", ""))
        key = proposed_key(title, definitions.keys(app, kind), kind)
        document = definitions.empty(app, kind, key, title, language(app), form)
        definitions.create(signed_in_user(), app, kind, key, document)
        return address(app, Target(kind, key))

    return _done(app, make, home(app, "form", {}, form) if form else "")


@blueprint.post("/<app>/views/<key>/copy")
def copy_view(app: str, key: str) -> Response:
    """Make a draft like a view, and go to its designer."""
    require_designer()
    document = definitions.document(app, "view", key)
    if document is None:
        raise NotFound(_("There is nothing here."))

    def make() -> str:
        known = definitions.keys(app, "view")
        new = free_key(key, known)
        title = copied(document.get("title", key), language(app))
        definitions.create(signed_in_user(), app, "view", new, {**document, "key": new, "title": title})
        return address(app, Target("view", new))

    return _done(app, make, home(app, "view", document))


def copied(title: Title, locale: str) -> Title:
    """The title of a copy, in each language of the title."""
    texts = title if isinstance(title, dict) else {locale: title}
    found = {}
    for each, own in texts.items():
        with force_locale(each):
            found[each] = _("%(title)s (copy)", title=own)[:TITLE_LENGTH]
    return found


def home(app: str, kind: str, document: Any, form: str = "") -> str:
    """The page that lists the definitions of a kind: those of a form are its views."""
    form = form or (str(document.get("form", "")) if kind == "view" and isinstance(document, dict) else "")
    known = form and Target("form", form) in workspace(app).documents
    return (
        address(app, Target("form", form), "list") if known else address(app, Target("app", app), "overview")
    )


def language(app: str) -> str:
    """The language in which this person writes titles of the app: their own when the app speaks it."""
    own = definitions.app_document(app)
    spoken = list(own.get("languages", ["en"]))
    return locale() if locale() in spoken else str(own.get("default_locale") or spoken[0])


def title_of(raw: str) -> str:
    """A title as somebody typed it; Conflict for none, or one that cannot be stored."""
    try:
        title = clean_text(raw)
    except ValueError:
        raise Conflict(_("This text holds characters that cannot be stored."), code="title") from None
    if not title or len(title) > TITLE_LENGTH:
        raise Conflict(
            _("Give it a title of at most %(number)s characters.", number=TITLE_LENGTH), code="title"
        )
    return title


def _done(app: str, work: Callable[[], str], back: str = "") -> Response:
    """Do the work and go where it says; back, or to the app's overview, with the reason when it is refused."""
    definitions.app_document(app)  # NotFound for an app that there is not
    try:
        with transaction():
            where = work()
    except (Conflict, Invalid) as error:
        db.session.rollback()
        flash(_sentence(error), "error")
        where = back or address(app, Target("app", app), "overview")
    return go_to(where)


def _sentence(error: FormwrightError) -> str:
    if isinstance(error, Invalid):
        return " ".join(dict.fromkeys(problem.message for problem in error.problems))
    return error.message


@blueprint.get(f"/<app>/<any({NEW}):kinds>/<key>/retire")
def ask_retire(app: str, kinds: str, key: str) -> Response:
    """Show what uses a definition before it is retired."""
    require_designer()
    target = Target(KINDS[kinds], key)
    work = workspace(app)
    if target not in work.documents:
        raise NotFound(_("There is nothing here."))
    default = str(definitions.app_document(app).get("default_locale", "en"))

    def told(document: object) -> str:
        title = document.get("title", "") if isinstance(document, dict) else ""
        return localized(title, locale(), default)

    return make_response(
        render_template(
            "builder/app/retire.html",
            app=app,
            target=target,
            title=told(work.documents[target]) or key,
            live=target in work.in_force,
            uses=[
                (use, told(use.document) or use.key, address(app, Target(use.kind, use.key)))
                for use in usage.uses(app, *target)
            ],
            back=home(app, target.kind, work.documents[target]),
        )
    )


@blueprint.post(f"/<app>/<any({NEW}):kinds>/<key>/retire")
def retire(app: str, kinds: str, key: str) -> Response:
    """Stop offering a definition."""
    require_designer()
    kind = KINDS[kinds]
    where = home(app, kind, definitions.document(app, kind, key))

    def work() -> str:
        definitions.retire(signed_in_user(), app, kind, key)
        flash(_(RETIRED[kind]))
        return where

    return _done(app, work, where)


@blueprint.post(f"/<app>/<any({NEW}):kinds>/<key>/restore")
def restore(app: str, kinds: str, key: str) -> Response:
    """Make a draft of a retired definition."""
    require_designer()

    def work() -> str:
        definitions.restore(signed_in_user(), app, KINDS[kinds], key)
        flash(_("It is a draft again. Publish it to bring it back."))
        return url_for("designer.show", app=app, kinds=kinds, key=key)

    return _done(app, work)
