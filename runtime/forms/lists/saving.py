"""What the form of a list's views does: saves the list as it is, for one person or for all, or forgets a view."""

from flask_babel import gettext as _
from werkzeug.datastructures import ImmutableMultiDict

from runtime import access
from runtime.accounts.models import User
from runtime.definitions.documents import Form
from runtime.errors import Forbidden, NotFound
from runtime.forms.lists import sharing, views
from runtime.forms.lists.places import Asked
from runtime.forms.lists.views import Kept, View


def act(user: User, form: Form, kept: Kept, asked: Asked, sent: ImmutableMultiDict[str, str]) -> str:
    """Save or delete, as the pressed button says; the view to show then, empty for the whole list."""
    now = kept.view(asked.view)
    if sent.get("act") == "delete":
        _delete(user, form, now, kept)
        return views.WHOLE if kept.opens and (now is None or kept.opens != now.ref) else ""
    ref = _save(user, form, asked, now, sent)
    if "opens" in sent:
        views.open_with(user, form, ref)
    elif kept.opens == ref:
        views.open_with(user, form, "")
    return ref


def _save(user: User, form: Form, asked: Asked, now: View | None, sent: ImmutableMultiDict[str, str]) -> str:
    title, known = views.checked_title(sent.get("title", "")), {each.key for each in access.readers(form)}
    roles = [each for each in dict.fromkeys(sent.getlist("role")) if each in known]
    if "shared" not in sent and not roles:
        return views.save(user, form, title, asked.look, asked.view)
    if not sharing.may_share(user):
        raise Forbidden(_("You may not save views for everybody."))
    same = now is not None and now.is_shared and now.title == title
    return sharing.DOORS[0].share(
        user, form, title, asked.look, now.ref if now and same else "", () if "shared" in sent else roles
    )


def _delete(user: User, form: Form, now: View | None, kept: Kept) -> None:
    if now is None:
        raise NotFound(_("There is no such view."))
    if not now.is_shared:
        views.delete(user, form, now.ref)
    elif sharing.may_share(user):
        sharing.DOORS[0].retire(user, form, now.ref)
    else:
        raise Forbidden(_("You may not save views for everybody."))
    if kept.opens == now.ref:
        views.open_with(user, form, "")
