"""The designer: every state of a draft at an address of its own, and the commands that change it.

htmx gets the inside of the page, a browser without it a redirect to the same address. Both show the draft
as it is stored then, so a refused command restores the truth by itself.
"""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, abort, flash, make_response, render_template, request
from flask_babel import gettext as _

from builder import clashes, designing, history, shapes
from builder.commands import Said, Target
from builder.designing import Outcome, Touched
from builder.kept import HEADER, held
from builder.screens import Screen, screen, screens
from builder.studio import KINDS, PLURALS, Studio, address
from builder.workspaces import draft_of, workspace
from runtime import access, documents
from runtime.accounts.sessions import signed_in_user
from runtime.db import db, transaction
from runtime.definitions import schemas
from runtime.errors import Conflict, FormwrightError, Invalid, NotFound
from runtime.htmx import go_to, is_htmx, replace_url, trigger
from runtime.i18n import locale

blueprint = plugin = Blueprint("designer", __name__, url_prefix="/apps")
OWN = ("csrf_token", "rev", "since", "goes_on", "tab", "sel", "pane", "mine.")
"""What a form of the page posts about the page, see `carried` in builder/_commands.html."""
BASE = f"/<app>/<any({', '.join(KINDS)}):kinds>/<key>/design"


def require_designer() -> None:
    """NotFound for everybody who may not design: they need not know what is there."""
    if not access.can(signed_in_user(), "design", "platform"):
        raise NotFound(_("There is nothing here."))


def studio(app: str, kinds: str, key: str, tab: str = "", **asked: str) -> Studio:
    """The person at work; NotFound for people who may not design, and for what is not there."""
    require_designer()
    user, target = signed_in_user(), Target(KINDS[kinds], key)
    draft = draft_of(app, target)
    asked = {**request.args.to_dict(), **pane_kept(), **sought(), **asked}
    return Studio(user, target, draft, workspace(app), locale(), tab, asked, held(), is_htmx())


def pane_kept() -> dict[str, str]:
    """The pane that covers the canvas of a phone stays open while somebody works in it."""
    return {"pane": "properties"} if request.form.get("pane") == "properties" else {}


def sought() -> dict[str, str]:
    """What is looked for in the pickers of a page without JavaScript."""
    return {name: text for name, text in request.form.items() if name.startswith("_find.")}


def is_search() -> bool:
    """Whether the button that was pressed only looks for something to pick."""
    return request.form.get("_do", "").startswith("search:")


@blueprint.get(f"{BASE}/")
@blueprint.get(f"{BASE}/<tab>")
def show(app: str, kinds: str, key: str, tab: str = "") -> Response:
    """A tab of the designer; htmx gets the inside of it."""
    return page(studio(app, kinds, key, tab))


@blueprint.post(f"{BASE}/ask")
def ask(app: str, kinds: str, key: str) -> Response:
    """A question about more fields than an address can name: `fields`; nothing is changed."""
    asked = {name: request.form.get(name, "") for name in ("sel", "ask", "fields")}
    return page(studio(app, kinds, key, request.form.get("tab", ""), **asked))


@blueprint.post(f"{BASE}/commands")
def command(app: str, kinds: str, key: str) -> Response:
    """Do the command in `do` (JSON: name, args) to the draft; `arg.x` are arguments from controls."""
    require_designer()
    target = Target(KINDS[kinds], key)
    name, arguments = asked_for()
    asked = asked_of(app, target, name, arguments)
    return answer(app, target, lambda: designing.run(asked))


@blueprint.post(f"{BASE}/undo")
def undo(app: str, kinds: str, key: str) -> Response:
    """Take back this person's last command, or the last `steps`."""
    require_designer()
    target = Target(KINDS[kinds], key)
    steps = request.form.get("steps", "1")
    count = int(steps) if steps.isascii() and steps.isdecimal() and len(steps) < 4 else 1
    return answer(app, target, lambda: _turned(app, target, designing.undo, max(count, 1)))


def _turned(app: str, target: Target, turn: Callable[..., Outcome], count: int = 1) -> Outcome:
    """Undo or redo so often; not again when it had arrived before and only the answer was lost."""
    user, since = signed_in_user(), sent_first()
    draft = draft_of(app, target)
    if since is not None and draft.revision > since:
        return Outcome(draft.revision)
    for _step in range(count):
        outcome = turn(user, app, target)
        db.session.flush()  # the next one asks which is the last
    return outcome


@blueprint.post(f"{BASE}/redo")
def redo(app: str, kinds: str, key: str) -> Response:
    """Do again what was taken back last."""
    require_designer()
    target = Target(KINDS[kinds], key)
    return answer(app, target, lambda: _turned(app, target, designing.redo))


def asked_for() -> tuple[str, dict[str, Any]]:
    try:
        asked = documents.loads(request.form.get("do", ""))
        name, arguments = str(asked["name"]), dict(asked.get("args", {}))
    except (ValueError, KeyError, TypeError):
        abort(400)
    own = {name[4:]: text for name, text in request.form.items() if name.startswith("arg.")}
    return name, {**arguments, **own}


def asked_of(app: str, target: Target, name: str, arguments: Any) -> designing.Request:
    """A command as this request asks for it."""
    user, mine = signed_in_user(), [text for each, text in request.form.items() if each.startswith("mine.")]
    return designing.Request(
        user,
        app,
        target,
        name,
        arguments,
        revision_read(),
        since=sent_first(),
        mine=frozenset(mine) if mine else None,
        goes_on="goes_on" in request.form,
    )


def revision_read() -> int:
    text = request.form.get("rev", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def sent_first() -> int | None:
    """The revision at which this request was sent for the first time; None when this is the first time."""
    text = request.form.get("since", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def answer(app: str, target: Target, work: Any) -> Response:
    """The designer after `work`; when it was refused, the draft as it is and the reason in words."""
    tab, selected = request.form.get("tab", ""), request.form.get("sel", "")
    try:
        with transaction():
            outcome = work()
    except FormwrightError as error:
        db.session.rollback()
        return _refused(app, target, tab, selected, error)
    return done(app, target, tab, outcome, selected)


def done(app: str, target: Target, tab: str, outcome: Outcome, selected: str = "") -> Response:
    """The answer to something that was done to a draft: the page anew, and what is said aloud."""
    selected = outcome.select or selected
    query = {**({"sel": selected} if selected else {}), **pane_kept()}
    where = address(app, target, tab, **query)
    told = outcome.say.tell(locale()) if outcome.say else ""
    if not is_htmx():
        return go_to(where)
    response = page(studio(app, PLURALS[target.kind], target.key, tab, **{**query, "sel": selected}))
    return trigger(replace_url(response, where), {"fw:say": {"text": told}, "fw:saved": {}})


def _refused(app: str, target: Target, tab: str, selected: str, error: FormwrightError) -> Response:
    if isinstance(error, NotFound) and not _exists(app, target):
        raise error
    if isinstance(error, Touched) and (asked := choice(error)):
        return asked
    told = sentence(error)
    if not is_htmx():
        flash(told, "error")
        query = {**({"sel": selected} if selected else {}), **pane_kept()}
        return go_to(address(app, target, tab, **query))
    status = 409 if isinstance(error, Conflict) else 422
    response = page(studio(app, PLURALS[target.kind], target.key, tab, sel=selected), status)
    return trigger(response, {"fw:toast": {"text": told}})


def choice(error: Touched) -> Response | None:
    """The page with what somebody else did and what was asked for now, to choose from; None when there is nothing
    to choose any more.
    """
    found = clashes.clash(error)
    if found is None:
        return None
    app, target, form = error.asked.app, error.asked.target, request.form
    now = studio(app, PLURALS[target.kind], target.key, form.get("tab", ""), sel=form.get("sel", ""))
    again = [(name, text) for name, text in form.items(multi=True) if not name.startswith(OWN)]
    return page(now, 409, clash=found, again=again)


def _exists(app: str, target: Target) -> bool:
    return target in workspace(app).documents


def sentence(error: FormwrightError) -> str:
    """What a person is told of a command that was refused."""
    if isinstance(error, Touched):
        did = {"who": history.who(error.by), "what": Said(*error.by.words).tell(locale())}
        told = _("%(who)s changed this meanwhile: %(what)s. You see it as it is now.", **did)
        return f"{told} {_yours()}".rstrip()
    if isinstance(error, Invalid):
        return " ".join(dict.fromkeys(problem.message for problem in error.problems))
    return error.message


def _yours() -> str:
    """What was to be set, as far as it is a text that somebody typed."""
    texts = [text for name, text in request.form.items() if name.startswith(("arg.", "in.")) and text]
    return str(_("Yours was “%(text)s”.", text=" · ".join(texts)[:200])) if texts else ""


def page(now: Studio, status: int = 200, **more: Any) -> Response:
    """A tab of the designer, whole or for htmx the part that commands change; `more` is for its template.

    A draft that came over the API may have any shape: one that cannot be drawn gets a page that says why.
    """
    shown = screen(now.target.kind, now.tab)
    if shown is None:
        raise NotFound(_("There is nothing here."))
    if not shapes.fits(now.target.kind, now.document):
        faults = schemas.validate(now.target.kind, now.document)
        return make_response(render_template("builder/unfit.html", studio=now, faults=faults), 422)
    return _drawn(now, shown, status, more)


def _drawn(now: Studio, shown: Screen, status: int, more: Mapping[str, Any]) -> Response:
    steps = history.latest(now.user, now.draft, "done")
    context = {
        "studio": now,
        "screen": shown,
        "tabs": [each for each in screens(now.target.kind) if getattr(each, "is_tab", True)],
        "latest": steps,
        "may_undo": bool(steps),
        "may_redo": bool(history.latest(now.user, now.draft, "undone", 1)),
        "others": history.others(now.user, now.draft),
        **shown.context(now),
        **more,
    }
    template = "builder/_inside.html" if is_htmx() else "builder/designer.html"
    response = make_response(render_template(template, **context), status)
    response.vary.update(("HX-Request", HEADER))
    return response
