"""Views for everybody: definitions of the app that are saved from the list itself."""

from typing import Any

from builder import definitions, drafts, publish
from builder.commands._fields import proposed_key
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.forms.lists.looks import Look
from runtime.records import view_indexes


class Sharing:
    """The builder's side of `runtime.forms.lists.sharing.Door`."""

    def share(self, user: User, form: Form, title: str, look: Look, key: str) -> str:
        """Publish a look as a view of the app; a new one unless its key is given."""
        drafts.require_designer(user)
        drafts.lock(form.app)
        key = key or proposed_key(title, definitions.keys(form.app, "view"), "view")
        document: dict[str, Any] = {
            "$schema": "urn:formwright:view:1",
            "key": key,
            "title": title,
            "form": form.key,
            "kind": "list",
            **look.document(),
        }
        drafts.save_draft(user, form.app, "view", key, document)
        publish.publish(user, form.app, "view", key)
        return key

    def retire(self, user: User, form: Form, key: str) -> None:
        """Nobody finds the view any more; its index goes with it."""
        definitions.retire(user, form.app, "view", key)
        index_views(form)


def index_views(form: Form) -> None:
    """Give the views of a form that are in force their indexes, and take away those of views that went."""
    documents = [each.document for each in lookup.views(form.app, form.key)]
    view_indexes.reconcile(db.session(), form, documents)
