"""From a request to the page of a form and back: drawn, evaluated, saved, or drawn again with its errors."""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import replace

from flask import Response, flash, g, make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from runtime import access, i18n
from runtime.accounts.models import User
from runtime.accounts.sessions import signed_in_user
from runtime.db import db, writing
from runtime.definitions import lookup
from runtime.definitions.documents import AppInfo, Form
from runtime.errors import Conflict, Invalid, OtherPerson
from runtime.feedback import done
from runtime.fields import Reader, ValueType
from runtime.forms import conflict, edits, entry, one_section, pages, row_posts, uploads
from runtime.forms.drafts import keeping
from runtime.forms.entry import Entry
from runtime.forms.pages import Filling, Looks
from runtime.forms.shown import ShownSection
from runtime.forms.state import to_tell
from runtime.forms.steps import Steps, is_cut, keys_of_pages, steps
from runtime.htmx import go_to
from runtime.links import own_path
from runtime.records import history, query, store, tokens
from runtime.records.rows import Record
from runtime.text import localized

TOKEN_LENGTH = 80
TURNS = {"next": 1, "back": -1}
ANOTHER = "save:new"  # the button that saves and begins another record


def reader_for(user: User, place: Form | AppInfo) -> Reader:
    """How this person reads: in the zone of the app when the profile names none."""
    return Reader(g.reader.locale, user.zone or place.zone)


def titles_of(form: Form) -> dict[str, object]:
    """What every page of a form says above its content, in the reader's language."""
    app = lookup.app_info(form.app)
    return {
        "app_icon": app.icon,
        "app_title": localized(app.title, g.reader.locale, app.default_locale),
        "form_title": localized(form.title, g.reader.locale, app.default_locale),
    }


def begin(form: Form, record: Record | None = None) -> Filling:
    """A form that nobody has typed into yet; what the address names stands in a new one already."""
    user = signed_in_user()
    reader = reader_for(user, form)
    return Filling(user, form, reader, record, Entry() if record else _named(user, form, reader))


def _named(user: User, form: Form, reader: Reader) -> Entry:
    """The values that the address of an empty form brings along, as `f.customer=5`."""
    own = {
        key
        for key, one in form.fields.items()
        if one.type.value_type not in (ValueType.FILES, ValueType.ROWS)
    }
    pairs = [(name[2:], text) for name, text in request.args.items(multi=True) if name[:2] == "f."]
    return entry.read(
        form, MultiDict(pair for pair in pairs if pair[0] in own), reader, access.fields(user, form).closed
    )


def back_to(usual: str) -> str:
    """Where the person goes on after the form: the page of ours that sent him here, if one did."""
    return own_path(request.form.get("_back") or request.args.get("back"), usual)


def posted(form: Form, record: Record | None = None) -> Filling:
    """A form with what this request brings; OtherPerson when it was drawn for somebody else."""
    blank = unread(form, record)
    return replace(blank, entry=uploads.read(blank.user, form, blank.reader, blank.rights.closed))


def unread(form: Form, record: Record | None = None) -> Filling:
    """A form of which nobody has to read what this request brings; OtherPerson as above."""
    user = signed_in_user()
    if request.form.get("_for", str(user.id)) != str(user.id):
        raise OtherPerson(_("This page was opened by somebody else. Only that person can send it."))
    return Filling(user, form, reader_for(user, form), record)


def revision() -> int | None:
    """The revision that the page was made from."""
    return keeping.number(request.form.get("_rev", ""))


def page(filling: Filling, looks: Looks, status: int = 200, **context: object) -> Response:
    """The whole page; what it must remember from one send to the next stands in hidden inputs."""
    remembered: dict[str, object] = {
        "once": request.form.get("_once", "")[:TOKEN_LENGTH] or secrets.token_urlsafe(16),
        "revision": _opened_at(filling.record),
        "clashing": looks.clashing,
        "warned": " ".join(sorted(pages.warnings(filling).keys() & _warned())),
        "cautions": [],
        "asked": [],
        "dirty": request.method == "POST",
        "problems": [],
        "notice": "",
        "back": back_to(filling.addresses.back),
        "made": None,
        "draft": keeping.mark() if filling.addresses.draft else None,
        "kept_at": edits.kept_at(),
    }
    if filling.draw is not None:
        return filling.draw(filling, looks, {**remembered, **context}, status)
    sections = pages.fields_of(filling, looks)
    if filling.section and not sections:  # a rule hides it by now
        filling = replace(filling, section="")
        sections = pages.fields_of(filling, looks)
    beside = filling.beside() if filling.section and filling.beside else None
    told = (context.get(name, ()) for name in ("problems", "cautions", "asked"))
    listed: list[tuple[str, str]] = [one for each in told for one in each]  # type: ignore[attr-defined]
    known = {
        "apart": {name for name, _words in listed if filling.is_apart(name)},
        "led": filling.entry.row,
        "form": filling.form,
        "record": filling.record,
        "addresses": filling.addresses,
        "sections": sections,
        "title": _title_of(filling),
        "editing": filling.section,
        "field_scripts": _scripts(filling),
        "steps": _steps(filling, sections, to_errors=bool(context.get("problems"))),
        **remembered,
        **filling.around,
        **context,
        **titles_of(filling.form),
    }
    if beside is None:
        return make_response(render_template("forms/form.html", **known), status)
    html = render_template(
        "records/record.html",
        **{**known, **beside, **one_section.told(filling, one_section.keys(sections), known)},
    )
    return make_response(html, status)


def _steps(filling: Filling, sections: list[ShownSection], *, to_errors: bool = False) -> Steps | None:
    """The pages of a form that has several."""
    if filling.step is None:
        return None
    how = {"by_question": filling.by_question, "cut": is_cut(filling.form)}
    order = keys_of_pages(filling.form.layout, **how)
    return steps(sections, filling.step, to_errors=to_errors, order=order, **how)


def _is_at_end(filling: Filling) -> bool:
    """Whether no page is left that nobody has looked at, which an answer may have brought."""
    here = _steps(filling, pages.fields_of(filling, Looks()))
    return here is None or here.is_last


def _turn(filling: Filling, by: int) -> Response:
    """The next page of the form, unless something is wrong on this one, or the one before."""
    here = _steps(filling, pages.fields_of(filling, Looks(exact=True)))
    assert here is not None
    wrong_here = {
        name: problem
        for name, problem in filling.problems.items()
        if name.partition(".")[0] in here.fields and by > 0
    }
    if wrong_here:
        looks = Looks(errors={name: one.message for name, one in wrong_here.items()}, exact=True)
        return page(filling, looks, 422, problems=pages.summary(filling, wrong_here))
    to = here.all[max(0, min(here.at + by, len(here.all) - 1))].key
    return page(filling.at_step(to), Looks(exact=True))


def _scripts(filling: Filling) -> list[str]:
    """What the fields need that this person may see, those among them that a rule hides now."""
    seen = (one for key, one in filling.form.fields.items() if key not in filling.rights.hidden)
    return list(dict.fromkeys(name for one in seen for name in one.type.script.split()))


def _opened_at(record: Record | None) -> int | None:
    # A page that is drawn again keeps the revision it began with: it must not overwrite another's change.
    if record is None:
        return None
    return (revision() or 0) if request.method == "POST" else record.revision


def _title_of(filling: Filling) -> str:
    record = filling.record
    return query.title(filling.form, record) if record else ""


def evaluated(filling: Filling) -> str:
    """The body of the form for the values typed so far."""
    told = frozenset(request.form.get("_shown", "").split()) | _told_apart(filling)
    focus = request.form.get("_focus", "")
    errors = to_tell(filling.problems, filling.entry, focus, told, late=filling.tells_late)
    looks = Looks(errors=errors, clashing=_clashing(), scripted=True)
    sections = pages.fields_of(filling, looks)
    return render_template(
        "forms/_body.html", sections=sections, clashing=looks.clashing, steps=_steps(filling, sections)
    )


def _told_apart(filling: Filling) -> frozenset[str]:
    """The cells with a problem that the page could not mark, because they stood on another page of rows."""
    turned = {deed.partition(":")[2].partition(".")[0] for deed in _turns()}
    if not turned or "_refused" not in request.form:
        return frozenset()
    return frozenset(name for name in filling.problems if name.partition(".")[0] in turned)


def _turns() -> list[str]:
    """The buttons that were pressed for other rows."""
    return [deed for deed in request.form.getlist("_do") if deed.startswith((row_posts.SHOW, row_posts.PAGE))]


def _clashing() -> frozenset[str]:
    return frozenset(request.form.get("_clash", "").split())


def sought(form: Form) -> dict[str, str]:
    """What is looked for in the pickers of the page, by field."""
    asked = (
        (name.removeprefix("_find."), text.strip())
        for name, text in request.form.items()
        if name[:6] == "_find."
    )
    return {name: text for name, text in asked if text and name.partition(".")[0] in form.fields}


def save(filling: Filling, keep: Callable[[Filling], Response] | None = None) -> Response:
    """Do what the pressed button says: only draw the form again, or save, which `keep` does where it is given."""
    deed, _colon, key = request.form.get("_do", "save").partition(":")
    if deed == "language":
        return _in_language(filling, key)
    if filling.step is not None and (deed in TURNS or (deed == "save" and not _is_at_end(filling))):
        return _turn(filling, TURNS.get(deed, 1))
    if deed != "save":
        return _look_again(filling, deed, key)
    if not request.form.get("_once"):
        return _once_more(filling, 422, _("Please check the form and send it once more."))
    unread = filling.entry.every_problem.keys()
    if unread and filling.problems.keys() & unread:
        return wrong(filling)
    if caution := cautions(filling):
        return page(filling, Looks(clashing=_clashing(), exact=True), 422, **caution)
    try:
        return (keep or _stored)(filling)
    except Invalid as error:
        db.session.rollback()
        return wrong(filling, error)
    except Conflict as error:
        db.session.rollback()
        if error.code == "stale":
            return _changed_meanwhile(filling)
        return _once_more(filling, 409, error.message)


def cautions(filling: Filling) -> dict[str, object]:
    """What a page says of warnings that the person has not been asked about yet; nothing when there are none, or when
    the record cannot be saved anyway.
    """
    found = pages.warnings(filling)
    if found.keys() <= _warned() or filling.problems:
        return {}
    return {"cautions": list(found.values()), "warned": " ".join(sorted(found))}


def _warned() -> frozenset[str]:
    """The marks of the warnings that the page showed before it was sent."""
    return frozenset(request.form.get("_warned", "").split())


def write(filling: Filling) -> store.Saved:
    """Save what was sent; the caller commits. Raises what a save raises."""
    record = filling.record
    return store.save(
        filling.actor,
        filling.form,
        filling.entry.values,
        record_id=record.id if record else None,
        revision=(revision() or 0) if record else None,
        token=request.form["_once"][:TOKEN_LENGTH],
    )


def _stored(filling: Filling) -> Response:
    form = filling.form
    db.session.commit()  # what was read so far; on SQLite others may write until here
    with writing():
        saved = write(filling)
        whole = not filling.addresses.draft or keeping.sent(filling.user, form, keeping.mark())
        db.session.commit()
    edits.saved(filling)
    done(_("Saved."), see=_page_of(form, saved.id) if _begins_another(filling) else "")
    if not whole:
        flash(_("Its draft was changed on another page meanwhile; that one is still among your drafts."))
    return go_to(_after(filling, saved.id))


def _after(filling: Filling, record_id: int) -> str:
    """Where the person goes on: the record, where he came from, or the next new record if he asked for that."""
    form = filling.form
    if _begins_another(filling):
        back = own_path(request.form.get("_back"), "") or None
        return url_for("forms.new_record", app=form.app, form=form.key, back=back)
    return back_to(_page_of(form, record_id))


def _begins_another(filling: Filling) -> bool:
    return filling.record is None and request.form.get("_do") == ANOTHER


def _page_of(form: Form, record_id: int) -> str:
    return url_for("forms.show_record", app=form.app, form=form.key, record_id=record_id)


def _look_again(filling: Filling, deed: str, key: str) -> Response:
    """The buttons that only draw the form again: a search without JavaScript, one answer or the other."""
    clashing = _clashing()
    if deed in (row_posts.SHOW, row_posts.PAGE) and "_refused" in request.form and filling.problems:
        return wrong(filling)
    if deed in ("mine", "theirs"):
        clashing -= {key}
        filling = _with(filling, conflict.decided(filling.form, filling.entry, key, deed))
    looks = Looks(clashing=clashing, sought=sought(filling.form), exact=True)
    told = _asked(filling, clashing) if clashing and filling.record else {}
    return page(filling, looks, 200, **told)


def _in_language(filling: Filling, name: str) -> Response:
    """The same page with all that was typed, in the language that the person reads from now on."""
    if name in i18n.LANGUAGES:
        db.session.commit()  # what was read so far; on SQLite others may write until here
        with writing():
            filling.user.locale = name
            db.session.commit()
        i18n.switch(name)
        g.reader = i18n.reader()
    reader = reader_for(filling.user, filling.form)
    typed = uploads.read(filling.user, filling.form, reader, filling.rights.closed)
    return _look_again(replace(filling, reader=reader, entry=typed), "", "")


def _with(filling: Filling, typed: Entry, record: Record | None = None) -> Filling:
    return replace(filling, record=record or filling.record, entry=typed)


def wrong(filling: Filling, refused: Invalid | None = None, **context: object) -> Response:
    """The page again with what is wrong."""
    # A refusal of the database itself (unique) is not among what judging alone finds.
    refusals = refused.problems if refused else ()
    problems = {filling.handles.name_of(problem): problem for problem in refusals}
    found = {**problems, **filling.problems}
    looks = Looks(errors={key: p.message for key, p in found.items()}, clashing=_clashing(), exact=True)
    return page(filling, looks, 422, problems=pages.summary(filling, found), **context)


def _once_more(filling: Filling, status: int, notice: str) -> Response:
    looks = Looks(errors=pages.messages(filling), clashing=_clashing(), exact=True)
    return page(filling, looks, status, notice=notice, made=made(filling), once=secrets.token_urlsafe(16))


def made(filling: Filling) -> tuple[str, str] | None:
    """The address and the title of the record that this very form was saved as before."""
    form, token = filling.form, request.form.get("_once", "")
    found = tokens.record_of(form, filling.user.id, token) if token and filling.addresses.draft else None
    if found is None:
        return None
    address = url_for("forms.show_record", app=form.app, form=form.key, record_id=found)
    titles = query.titles(form, [found], user=filling.user)
    return (address, titles[found]) if found in titles else None


def _changed_meanwhile(filling: Filling) -> Response:
    assert filling.record is not None
    form, record = filling.form, query.get(filling.user, filling.form, filling.record.id)
    opened = history.values_at(form, record.id, revision() or 0)
    mine, both = conflict.merge(form, filling.entry, opened, record, filling.rights.hidden)
    filling = _with(filling, mine, record)
    return page(
        filling,
        Looks(clashing=both, exact=True),
        409,
        **_asked(filling, both),
        revision=record.revision,
        once=secrets.token_urlsafe(16),
    )


def _asked(filling: Filling, both: frozenset[str]) -> dict[str, object]:
    """What the page says of a conflict, with links to what has to be decided."""
    assert filling.record is not None
    open_ones = pages.clashes(filling, both)
    return {"notice": _meanwhile(open_ones), "asked": pages.asked(filling, open_ones)}


def _meanwhile(both: Iterable[str]) -> str:
    if both:
        return str(_("Somebody changed this record meanwhile. Look at the marked fields, then save again."))
    return str(_("Somebody changed this record meanwhile. Their changes are in; save again to add yours."))
