"""Pages of the administrator: users, departments, automation runs, deliveries.

May import accounts, definitions, access and the models of automations and notifications. To everybody else
these pages do not exist.
"""

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from runtime.access import can
from runtime.accounts.sessions import signed_in_user

admin = Blueprint("admin", __name__, url_prefix="/admin")


@admin.before_request
def _only_administrators() -> ResponseReturnValue | None:
    if not can(signed_in_user(), "administer", "platform"):
        abort(404)
    return None


from runtime.admin import departments, logs, users  # noqa: E402, F401  (their routes)
