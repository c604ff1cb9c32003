"""What a token of the API is for: it has the rights of its user, and no more of them than it was made for.

The door asks once for each call, before any view: an address of which nobody thought stays shut.
"""

import re
from dataclasses import dataclass

from flask import request
from flask_babel import gettext as _

from runtime.errors import Forbidden, Invalid, NotFound, Problem

SAFE = ("GET", "HEAD", "OPTIONS")
_PLACE = re.compile("[a-z][a-z0-9_]{0,39}(/[a-z][a-z0-9_]{0,39})?")


@dataclass(frozen=True)
class Scope:
    """`only` are the apps (`crm`) and forms (`crm/customer`) whose records a token is for, none for all that its user
    may do; with `reads_only` it changes nothing.
    """

    only: tuple[str, ...] = ()
    reads_only: bool = False

    def opens(self, app: str | None, form: str | None) -> bool:
        """Whether the records of a form are among these; anything else is not, where places are named."""
        if not self.only:
            return True
        return app is not None and form is not None and bool({app, f"{app}/{form}"} & {*self.only})


EVERYTHING = Scope()


def read(only: tuple[str, ...], *, reads_only: bool) -> Scope:
    """The scope as somebody typed it; Invalid for what is no place."""
    for each in only:
        if not _PLACE.fullmatch(each):
            raise Invalid([Problem(("only",), "place", f"{each}: write APP or APP/FORM")])
    return Scope(only, reads_only)


def require(scope: Scope) -> None:
    """NotFound where the present call leads out of the scope, Forbidden where it would change something."""
    place = request.view_args or {}
    if not scope.opens(place.get("app"), place.get("form")):
        raise NotFound(_("This token is not for that."))
    if scope.reads_only and request.method not in SAFE:
        raise Forbidden(_("This token only reads."))
