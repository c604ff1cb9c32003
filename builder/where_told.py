"""A place in a document in words: “Rule ask_next of Follow-up”."""

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _

from builder.checks import Context
from runtime.text import Title

Path = tuple[str | int, ...]
Tell = Callable[[Title], str]


def told(context: Context, kind: str, key: str, path: Path, tell: Tell) -> str:
    """What stands at a path of a document, named by titles."""
    document = context.documents[(kind, key)]
    title = tell(document.get("title", key))
    match (kind, *path):
        case ("form", *rest):
            return _of_form(context, key, document, tuple(rest), title, tell)
        case ("automation", "trigger", *_rest):
            return str(_("What starts %(title)s", title=title))
        case ("automation", "when", *_rest):
            return str(_("The condition of %(title)s", title=title))
        case ("automation", "actions", int(index), *_rest):
            return str(_("Step %(number)s of %(title)s", number=index + 1, title=title))
        case ("message", "conditions", int(index), *_rest):
            condition = {"condition": document["conditions"][index]["key"]}
            return str(_("The condition %(condition)s of the message %(title)s", title=title, **condition))
        case ("app", "roles", int(index), *_rest):
            role = document["roles"][index]
            return str(_("The rights of %(role)s", role=tell(role.get("title", role["key"]))))
        case ("app", *_rest):
            return str(_("The settings of the app"))
    return _whole(kind, title)


def _whole(kind: str, title: str) -> str:
    sentences = {
        "message": _("The message %(title)s", title=title),
        "view": _("The view %(title)s", title=title),
        "dashboard": _("The dashboard %(title)s", title=title),
        "process": _("The process %(title)s", title=title),
        "automation": _("The automation %(title)s", title=title),
    }
    return str(sentences.get(kind, title))


def _of_form(context: Context, form: str, document: Any, path: Path, title: str, tell: Tell) -> str:
    match path:
        case ("properties", str(key), "items", "fw", "rules", int(index), *_rest):
            words = {
                "rule": document["properties"][key]["items"]["fw"]["rules"][index].get("key", ""),
                "table": key,
            }
            field = context.fields(form).get(key)
            words["table"] = tell(field.title) if field else key
            return str(_("The rule %(rule)s of the rows of %(table)s of %(form)s", form=title, **words))
        case ("properties", str(key), "items", "properties", str(column), *_rest):
            table, rows = context.fields(form).get(key), context.fields(f"{form}.{key}")
            words = {"column": tell(rows[column].title), "table": tell(table.title) if table else key}
            return str(_("The column %(column)s of %(table)s of %(form)s", form=title, **words))
        case ("properties", str(key), *_rest):
            field = context.fields(form).get(key)
            name = tell(field.title) if field else key
            return str(_("The field %(field)s of %(form)s", field=name, form=title))
        case ("fw", "rules", int(index), *_rest):
            rule = document["fw"]["rules"][index]
            name = tell(rule.get("title", rule.get("key", "")))
            return str(_("The rule %(rule)s of %(form)s", rule=name, form=title))
        case ("fw", "checks", int(index), *_rest):
            check = document["fw"]["checks"][index]
            return str(_("The check %(check)s of %(form)s", check=check.get("key", ""), form=title))
        case ("fw", "title_field", *_rest):
            return str(_("The name of a record of %(form)s", form=title))
        case ("fw", "owner_field", *_rest):
            return str(_("The owner of a record of %(form)s", form=title))
        case ("fw", "list", *_rest):
            return str(_("The list of %(form)s", form=title))
        case ("fw", "duplicates", *_rest):
            return str(_("What makes records of %(form)s alike", form=title))
        case ("fw", "unique", *_rest):
            return str(_("What may not repeat in %(form)s", form=title))
    return str(_("The form %(form)s", form=title))
