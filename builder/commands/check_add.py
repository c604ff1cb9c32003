"""Adds a check."""

from collections.abc import Sequence

from flask_babel import get_locale
from flask_babel import gettext as _

from builder.commands import _rules
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._fields import TEXT
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_, ValueType


class AddCheck:
    """Puts a check behind the others: where `formula` is false, `message` stands at the field `at`. `locale`
    is the language of the message.
    """

    name = "check.add"
    kinds = ("form",)
    merges = False
    arguments = closed(
        "formula",
        "at",
        "message",
        formula=_rules.FORMULA,
        at=TEXT,
        message=TEXT,
        locale={"enum": ["en", "zh"]},
        level=_rules.LEVEL,
    )

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return ()

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, at, text = work.open(target), arguments["at"], arguments["message"].strip()
        _rules.require_field(form, at)
        formula = arguments["formula"].strip()
        _rules.judge_formula(formula, _rules.formula_types(work, target), ValueType.BOOL, "formula")
        if not text:
            refuse("message", "empty", _("Write the message that people read."))
        locale = arguments.get("locale") or str(get_locale() or "en")[:2]
        check = {"key": _rules.fresh(form, "checks", f"check_{at}"), "formula": formula}
        level = {"level": "warning"} if arguments.get("level") == "warning" else {}
        _rules.listed(form, "checks").append({**check, **level, "at": at, "message": {locale: text}})
        said_at = _rules.title_of(form, at)
        return Done(said(N_("Added a check at %(field)s"), field=said_at), select=f"check/{check['key']}")


plugin = AddCheck()
