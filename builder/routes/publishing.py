"""Publishing: what would change, what it does to stored records, and doing it; old versions and taking back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for
from flask_babel import get_timezone
from flask_babel import gettext as _

from builder import announcing, change_words, drafts, impact, planning, publish, releases, reviewed, shapes
from builder.amending import Answers
from builder.answers import Asked, Asking
from builder.change_words import Line
from builder.commands import Target
from builder.problems import Found, problems
from builder.routes.designer import BASE, is_search, require_designer, studio
from builder.studio import KINDS, PLURALS, Studio
from builder.workspaces import draft_of
from runtime.accounts.sessions import signed_in_user
from runtime.db import db, transaction
from runtime.definitions import schemas
from runtime.errors import Conflict, Invalid, Problem
from runtime.htmx import go_to
from runtime.i18n import moment_text

NOTE = 400  # characters of the note that is put in
NARROWS = "narrows"

blueprint = plugin = Blueprint("publishing", __name__, url_prefix="/apps")


@dataclass(frozen=True)
class Part:
    """One draft that may be published: what changes, what it does, and what speaks against it."""

    target: Target
    title: str
    address: str
    chosen: bool
    lines: list[Line]
    asking: Asking
    problems: list[Found]
    mark: str
    news: list[str]
    next: int

    @property
    def name(self) -> str:
        """How the page's form names it."""
        return _name(self.target)

    @property
    def effects(self) -> list[Asked]:
        """What publishing it does to what is stored, with the questions about that."""
        return self.asking.asked


def _name(target: Target) -> str:
    return f"{target.kind}/{target.key}"


@blueprint.get(f"{BASE}/publish")
def review(app: str, kinds: str, key: str) -> Response:
    """What publishing would change."""
    return _page(studio(app, kinds, key), None, [])


@blueprint.post(f"{BASE}/publish")
def do_publish(app: str, kinds: str, key: str) -> Response:
    """Publish the chosen drafts together, or show what speaks against it."""
    require_designer()
    draft_of(app, Target(KINDS[kinds], key))
    chosen = [Target(*name.split("/", 1)) for name in request.form.getlist("part") if "/" in name]
    note = request.form.get("note", "")
    if is_search():
        return _page(studio(app, kinds, key), set(chosen), [])
    try:
        answers = _answers(app, [each for each in chosen if _is_changed(app, each)])  # counts take their time
        with transaction():
            drafts.lock(app)
            chosen = [each for each in chosen if _is_changed(app, each)]
            reviewed.require(app, reviewed.with_app(app, chosen), _seen())  # the drafts that were asked about
            if request.form.get("when") == "later":
                told = _planned(app, chosen, answers, note)
            else:
                _require_now()
                versions = announcing.publish_and_tell(
                    signed_in_user(), app, chosen, note, answers, told=_people_told()
                )
                told = _told(versions)
    except Invalid as error:
        db.session.rollback()
        return _page(studio(app, kinds, key), set(chosen), error.problems, 422)
    except Conflict as error:
        db.session.rollback()
        refused = [Problem((), error.code, error.message)]
        return _page(studio(app, kinds, key), set(chosen), refused, 409)
    flash(told)
    return go_to(url_for("designer.show", app=app, kinds=kinds, key=key, tab="versions"))


def _people_told() -> str | None:
    """What people with a role read of it; None when they are not told."""
    return request.form.get("told", "")[:500] if request.form.get("notify") == "app" else None


def _require_now() -> None:
    """Whoever typed a moment does not mean now."""
    if request.form.get("at", "").strip():
        sentence = _("This is a later moment, and “Now” is chosen. Choose the other, or empty this.")
        raise Invalid([Problem(("at",), "at", sentence)])


def _planned(app: str, chosen: list[Target], answers: dict[tuple[str, str], Answers], note: str) -> str:
    """Plan to publish at the moment that was typed; what is said then."""
    user = signed_in_user()
    if user is None or not chosen:
        return str(_("There was nothing to publish."))
    planned = planning.plan(user, app, chosen, answers, _moment(), note, told=_people_told())
    return str(_("It will be published %(moment)s.", moment=moment_text(planned.at)))


def _moment() -> datetime:
    """What was typed, in the zone of whoever typed it."""
    try:
        typed = datetime.fromisoformat(request.form.get("at", ""))
        return typed.replace(tzinfo=ZoneInfo(str(get_timezone()))).astimezone(UTC)
    except (ValueError, OverflowError) as error:  # nothing, or a year that only another zone has
        raise Invalid([Problem(("at",), "at", _("Choose when it shall be published."))]) from error


@blueprint.post(f"{BASE}/publish/planned/<int:number>/cancel")
def cancel(app: str, kinds: str, key: str, number: int) -> Response:
    """Take back a plan to publish."""
    require_designer()
    with _refusals():
        planning.cancel(signed_in_user(), app, number)
        flash(_("It will not be published then. The draft is as it was."))
    return go_to(url_for("publishing.review", app=app, kinds=kinds, key=key))


def _seen() -> dict[Target, str]:
    """The marks of what was on the page."""
    return reviewed.read(request.form)


def _is_changed(app: str, target: Target) -> bool:
    """Whether there is a draft to publish: without one the version in force stands as revision 0."""
    return target.kind not in PLURALS or draft_of(app, target).revision > 0


def _asking(own: Studio) -> Asking:
    """The questions about a draft with the answers that were posted; none about one that no form can be made of."""
    unfit = schemas.validate(own.target.kind, own.document)
    return Asking(own, _name(own.target), [] if unfit else impact.effects(own), request.form)


def _answers(app: str, chosen: list[Target]) -> dict[tuple[str, str], Answers]:
    """What was answered about the chosen drafts; Invalid when an answer is none that its question allows."""
    known = [target for target in chosen if target.kind in PLURALS]
    asked = {target: _asking(studio(app, PLURALS[target.kind], target.key)) for target in known}
    if any(each.is_refused for each in asked.values()):
        raise Invalid([Problem((), "answer", _("Look at the answers that are marked below."))])
    if not all(each.is_confirmed for each in asked.values()):
        raise Invalid(
            [Problem((), NARROWS, _("People lose rights: confirm it below, where they are counted."))]
        )
    return {target: each.answers for target, each in asked.items()}


def _told(versions: list[Any]) -> str:
    if not versions:
        return str(_("There was nothing to publish."))
    return str(_("Published as version %(number)s.", number=versions[0].number))


@blueprint.post(f"{BASE}/versions/<int:number>/rollback")
def rollback(app: str, kinds: str, key: str, number: int) -> Response:
    """Bring an old version back into force, under a new number."""
    require_designer()
    with _refusals():
        version = publish.rollback(signed_in_user(), app, KINDS[kinds], key, number)
        flash(
            _(
                "Version %(old)s is in force again, as version %(number)s. The draft is as it was.",
                old=number,
                number=version.number,
            )
        )
    return go_to(url_for("designer.show", app=app, kinds=kinds, key=key, tab="versions"))


@blueprint.post(f"{BASE}/versions/undo")
def undo(app: str, kinds: str, key: str) -> Response:
    """Take the last publish back while nothing was done by it."""
    require_designer()
    with _refusals():
        version = releases.undo_publish(signed_in_user(), app, Target(KINDS[kinds], key))
        flash(
            _("What was in force before is back, as version %(number)s.", number=version.number)
            if version
            else _("Taken back: it is a draft again that nobody else sees.")
        )
    return go_to(url_for("designer.show", app=app, kinds=kinds, key=key, tab="versions"))


@contextmanager
def _refusals() -> Iterator[None]:
    """A transaction whose refusal is told on the next page."""
    try:
        with transaction():
            yield
    except (Conflict, Invalid) as error:
        db.session.rollback()
        flash(error.message, "error")


def _page(now: Studio, chosen: set[Target] | None, refused: list[Problem], status: int = 200) -> Response:
    candidates = list(dict.fromkeys([now.target, *releases.changed(now.app)]))
    picked = releases.proposed(now, candidates) if chosen is None else chosen
    parts = [_part(now, target, target in picked) for target in candidates]
    known = {found.sentence for part in parts for found in part.problems}
    others = list(dict.fromkeys(problem.message for problem in refused if problem.message not in known))
    at_moment = next((problem.message for problem in refused if problem.path == ("at",)), "")
    page = render_template(
        "builder/publish.html",
        studio=now,
        parts=parts,
        others=others,
        at_moment=at_moment,
        unconfirmed=any(problem.code == NARROWS for problem in refused),
        note=request.form.get("note", _note(parts)),
        zone=str(get_timezone()),
        planned=planning.listed(now.app),
        posted=request.form,
    )
    return make_response(page, status)


def _note(parts: list[Part]) -> str:
    """What the chosen parts change, as the note begins."""
    told = dict.fromkeys(line.sentence for part in parts if part.chosen for line in part.lines)
    found = ""
    for sentence in told:
        if len(found) + len(sentence) > NOTE:
            return f"{found} · …" if found else f"{sentence[:NOTE]}…"
        found = f"{found} · {sentence}" if found else sentence
    return found


def _part(now: Studio, target: Target, chosen: bool) -> Part:
    mark = reviewed.mark(now.app, target)  # first: what comes after it is not taken for seen
    seen = _seen().get(target, reviewed.NOTHING) if request.method == "POST" else mark
    news = reviewed.news(now.app, target, seen, mark)
    number = publish.next_number(draft_of(now.app, target).definition_id)
    own = studio(now.app, PLURALS[target.kind], target.key)
    if not shapes.fits(target.kind, own.document):
        return Part(
            target, target.key, own.url(""), chosen, [], _asking(own), problems(own), mark, news, number
        )
    live = own.work.in_force[target] if own.work.is_in_force(target) else None
    return Part(
        target,
        own.text(own.document.get("title")) or target.key,
        own.url(""),
        chosen,
        change_words.lines(target.kind, live, own.document, own.text),
        _asking(own),
        problems(own),
        mark,
        news,
        number,
    )
