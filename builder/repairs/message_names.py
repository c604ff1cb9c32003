"""Slips of the pen in messages: a variable or a filter written almost right."""

import re
from collections.abc import Mapping

from flask_babel import gettext as _

from builder import slips
from builder.checks import Context
from builder.repairs import Repair, former_fields
from runtime.definitions.documents import Document
from runtime.errors import Problem
from runtime.notifications import messages
from runtime.notifications.liquid import environment

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)


class MessageNames:
    """Writes the name that was meant wherever the text has the wrong one, if it is a good name there."""

    name = "message_names"
    kinds = ("message",)

    def repair(self, document: Document, problem: Problem, context: Context) -> Repair | None:
        if problem.code not in ("unknown_variable", "unknown_filter"):
            return None
        (part, locale), wrong = map(str, problem.path), str(problem.params["detail"])
        form = context.form(str(document.get("form", "")))
        variables = messages.variables_for(form, context.fields, document)
        filters = environment("en", as_markdown=False).filters
        known = variables if problem.code == "unknown_variable" else filters
        meant = slips.meant(wrong, known, former_fields(context))
        text = _with(document[part][locale], wrong, meant)
        if not meant or _is_wrong(text, problem.path, variables, wrong):
            return None
        told = _("Writes “%(meant)s” instead of “%(wrong)s”.", meant=meant, wrong=wrong)
        return Repair(told, "message.text", {"part": part, "locale": locale, "text": text})


def _with(text: str, wrong: str, meant: str) -> str:
    """The text with another name inside of its tags."""
    word = re.compile(rf"(?<![\w.\"']){re.escape(wrong)}(?![\w.])")
    return _TAG.sub(lambda tag: word.sub(lambda _found: meant, tag.group()), text)


def _is_wrong(text: str, path: tuple[str | int, ...], variables: frozenset[str], wrong: str) -> bool:
    part, locale = map(str, path)
    left: Mapping[str, Mapping[str, str]] = {part: {locale: text}}
    return any(each.params.get("detail") == wrong for each in messages.check(left, variables, []))


plugin = MessageNames()
