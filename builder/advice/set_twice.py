"""Fields that two rules set at the same time."""

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _

from builder import satisfiable
from builder.checks import Context
from builder.checks._context import form_of_rows
from builder.checks._places import form_key
from runtime import conditions
from runtime.definitions.documents import Document
from runtime.definitions.rules import in_force
from runtime.errors import Problem
from runtime.records.wording import said

NEAREST = 40  # rules before one that it is compared with: each with each would be 20,000 pairs of 200 rules


class SetTwice:
    """Of two rules that set one field the later wins, which nobody sees; rules that never hold together are fine."""

    name = "set_twice"
    kinds = ("form",)

    def check(self, document: Document, context: Context) -> list[Problem]:
        found = list(_found(document, form_key(document), context))
        for key, table in document["properties"].items():
            if "items" in table:
                inner = _found(form_of_rows(document, key), f"{form_key(document)}.{key}", context)
                found += (_within(("properties", key, "items"), each) for each in inner)
        return found


def _within(path: tuple[str, ...], problem: Problem) -> Problem:
    return Problem((*path, *problem.path), problem.code, problem.message)


def _found(form: Document, name: str, context: Context) -> Iterator[Problem]:
    setting: dict[str, list[tuple[int, Any]]] = {}
    types, facts = context.rule_types(name), context.fact_types(name)
    for index, rule in in_force(form.get("fw", {})):
        known = [key for key in rule["then"].get("set", {}) if key in form["properties"]]
        fits = known and not conditions.check(rule["when"], types, facts)
        for key in known if fits else ():
            setting.setdefault(key, []).append((index, rule["when"]))
    for key, rules in setting.items():
        for at, (index, when) in enumerate(rules):
            earlier = (other for _index, other in rules[max(0, at - NEAREST) : at])
            if any(not satisfiable.never({"allOf": [other, when]}, types) for other in earlier):
                title = said(form["properties"][key]["fw"].get("title") or key)
                sentence = _("Another rule sets “%(field)s” too: when both hold, this one wins.", field=title)
                yield Problem(("fw", "rules", index, "then", "set", key), "set_twice", str(sentence))


plugin = SetTwice()
