"""Views for everybody: definitions of the app that are saved from the list itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from builder import definitions, drafts, publish
from builder.commands._fields import proposed_key
from runtime.accounts.models import User
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.documents import same
from runtime.errors import Conflict, NotFound
from runtime.forms.lists.looks import PARTS, Look

LOOK = (*PARTS, "roles")
"""What a list knows of a view."""


class Sharing:
    """The builder's side of `runtime.forms.lists.sharing.Door`."""

    def share(self, user: User, form: Form, title: str, look: Look, key: str, roles: Sequence[str]) -> str:
        """Publish a look as a view of the app: a new one, or the next version of that whose key is given. Conflict
        while its draft holds what is not in force.
        """
        drafts.require_designer(user)
        drafts.lock(form.app)
        own = {"kind": look.kind, **look.document(), **({"roles": list(roles)} if roles else {})}
        begin = _in_force(form, key) if key else _begun(form, title)
        if not key and (made := _made(form, {**begin, **own})):  # the button was pressed twice
            return made
        key = key or proposed_key(title, definitions.keys(form.app, "view"), "view")
        drafts.save_draft(user, form.app, "view", key, {**begin, **own, "key": key})
        publish.publish(user, form.app, "view", key)
        return key

    def retire(self, user: User, form: Form, key: str) -> None:
        """Nobody finds the view any more; its index goes with it."""
        definitions.retire(user, form.app, "view", key)


def _begun(form: Form, title: str) -> dict[str, Any]:
    """A view without a look and a key."""
    return {"$schema": "urn:formwright:view:1", "title": title, "form": form.key}


def _made(form: Form, document: Mapping[str, Any]) -> str:
    """The view in force that is this one already; empty for none. Read anew: whoever had the lock before may have
    made it.
    """
    known = publish.documents_in_force(form.app).items()
    of_views = ((key, each) for (kind, key), each in known if kind == "view")
    return next((key for key, each in of_views if same(each, {**document, "key": key})), "")


def _in_force(form: Form, key: str) -> dict[str, Any]:
    """The document of a view without its look: its title in every language, and what a list knows nothing of."""
    found = next((each.document for each in lookup.views(form.app, form.key) if each.key == key), None)
    drafted = definitions.document(form.app, "view", key)
    if found is None or drafted is None:
        raise NotFound(_("There is no such view."))
    if not same(drafted, found):
        raise Conflict(
            _("Somebody works on a draft of this view. Publish or discard the draft first."), code="draft"
        )
    return {name: value for name, value in drafted.items() if name not in LOOK}
