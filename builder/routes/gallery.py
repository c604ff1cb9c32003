"""The gallery: ready-made apps to install, and the apps of this server to export, upgrade and uninstall."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from builder import definitions, gallery, packages, publish, uninstalling, upgrading
from builder.advice import fixed_ids
from builder.change_words import lines
from builder.checks import Context
from builder.commands import Target
from builder.routes.designer import require_designer
from builder.studio import address
from builder.upgrading import Part
from runtime import documents
from runtime.accounts.sessions import signed_in_user
from runtime.db import db, transaction
from runtime.errors import Conflict, Invalid, Problem
from runtime.htmx import go_to
from runtime.i18n import locale
from runtime.text import Title, localized

blueprint = plugin = Blueprint("gallery", __name__, url_prefix="/gallery")
SHOWN = 20  # problems of a package that are listed


@blueprint.get("/")
def index() -> Response:
    """Ready-made apps and those of this server."""
    require_designer()
    return _page()


def _page(problems: list[Problem] | None = None) -> Response:
    context = {"ready": gallery.ready(), "apps": gallery.apps(), "tell": _tell, "problems": problems or []}
    shown = render_template("builder/app/gallery.html", shown=SHOWN, **context)
    return make_response(shown, 422 if problems else 200)


def _tell(title: Title) -> str:
    return localized(title, locale()) if title else ""


@blueprint.post("/install")
def install() -> Response:
    """Install the shipped package of this name, or show what an upgrade to it would change."""
    require_designer()
    package = gallery.package(request.form.get("name", ""))
    return _taken(lambda: package)


@blueprint.post("/upload")
def upload() -> Response:
    """Install a package from a file, or show what an upgrade to it would change."""
    require_designer()
    file = request.files.get("file")
    content = file.read() if file else b""
    if file:
        file.close()
    return _taken(lambda: gallery.read(content))


def _taken(find: Callable[[], Any]) -> Response:
    """Install what is new, offer what is there; all or nothing, with every problem in words."""
    try:
        with transaction():
            package = find()
            packages.judge(package)
            app = str(package["app"])
            known = app in {own.key for own in gallery.apps()}
            if known:
                upgrading.offer(signed_in_user(), package)
            else:
                packages.install(signed_in_user(), package, samples="samples" in request.form)
    except Invalid as error:
        db.session.rollback()
        return _page(error.problems)
    if known:
        return go_to(url_for("gallery.upgrade", app=app))
    flash(_("%(app)s is installed.", app=_tell(package["definitions"]["app"]["title"])))
    _tell_of_fixed_ids(str(package["app"]))
    return go_to(
        f"/apps/{app}/" if signed_in_user().is_admin else address(app, Target("app", app), "overview")
    )


def _tell_of_fixed_ids(app: str) -> None:
    """Say how many conditions name entries of the server that the package comes from: they mean others here."""
    found = fixed_ids.count(Context(app, publish.documents_in_force(app)))
    if found:
        told = ngettext(
            "%(num)d condition names a record, person or department by its number on another server. "
            "Choose the right one here: it is listed among the problems of its form, list or automation.",
            "%(num)d conditions name records, people or departments by their numbers on another server. "
            "Choose the right ones here: they are listed among the problems of their forms, lists and automations.",
            found,
        )
        flash(told, "error")


@blueprint.get("/<app>/export")
def export(app: str) -> Response:
    """The app as a package file, with the records of its small forms if asked for."""
    require_designer()
    package = packages.export(app, samples="samples" in request.args, user=signed_in_user())
    text = documents.dumps(package, indent=1) + "\n"
    response = make_response(text)
    response.mimetype = "application/json"
    response.headers["Content-Disposition"] = f'attachment; filename="{app}.json"'
    return response


@blueprint.get("/<app>/upgrade")
def upgrade(app: str) -> Response:
    """What the offered package would change, and what to choose."""
    require_designer()
    return _upgrade_page(app)


def _upgrade_page(app: str, problems: list[Problem] | None = None) -> Response:
    package = upgrading.offered(app)
    parts = upgrading.plan(app, package)
    context = {
        "app": app,
        "package": package,
        "installed": packages.installed(app).version,
        "parts": [(part, _words(part), _choices(part)) for part in parts if part.changes],
        "kept": [(part, lines(part.kind, part.theirs, part.after, _tell)) for part in upgrading.kept(parts)],
        "summary": upgrading.summary(parts),
        "problems": problems or [],
        "shown": SHOWN,
        "tell": _tell,
        "names": definitions.NAMES,
        "chosen": request.form.getlist("theirs"),
        "back": url_for("gallery.index"),
    }
    db.session.rollback()  # looking keeps nothing
    return make_response(render_template("builder/app/upgrade.html", **context), 422 if problems else 200)


def _words(part: Part) -> list[Any]:
    if part.mine is None or part.after is None:
        return []
    return lines(part.kind, part.mine, part.after, _tell)


def _choices(part: Part) -> list[Any]:
    """Each clash by name, in words, with our value and theirs."""
    found = []
    for clash in part.clashes:
        name = part.name_of(clash)
        theirs = upgrading.chosen(part, {name})
        whole = part.mine is None or theirs is None
        told = [] if whole else lines(part.kind, part.after, theirs, _tell)
        found.append((name, clash, told))
    return found


@blueprint.post("/<app>/upgrade")
def do_upgrade(app: str) -> Response:
    """Upgrade, or drop the offer."""
    require_designer()
    user, theirs = signed_in_user(), set(request.form.getlist("theirs"))
    try:
        with transaction():
            package = upgrading.offered(app)
            if "drop" in request.form:
                packages.installed(app).offered = None
            else:
                upgrading.upgrade(user, app, theirs, judge_cases="despite" not in request.form)
    except Invalid as error:
        db.session.rollback()
        return _upgrade_page(app, error.problems)
    if "drop" in request.form:
        return go_to(url_for("gallery.index"))
    flash(_("Upgraded to version %(version)s.", version=package["version"]))
    _tell_of_fixed_ids(app)
    return go_to(address(app, Target("app", app), "overview"))


@blueprint.route("/<app>/uninstall", methods=["GET", "POST"])
def uninstall(app: str) -> Response:
    """Show what goes, and do it once somebody typed the app's name."""
    require_designer()
    title = definitions.app_document(app).get("title", app)
    names = [app, *([title] if isinstance(title, str) else title.values())]
    problem = ""
    if request.method == "POST":
        try:
            with transaction():
                uninstalling.uninstall(signed_in_user(), app, request.form.get("typed", ""), names)
        except Conflict as error:
            db.session.rollback()
            problem = error.message
        else:
            flash(_("%(app)s is uninstalled.", app=_tell(title)))
            return go_to(url_for("gallery.index"))
    context = {"app": app, "title": _tell(title), "loss": uninstalling.loss(app), "problem": problem}
    page = render_template("builder/app/uninstall.html", tell=_tell, **context)
    return make_response(page, 422 if problem else 200)
