"""Formulas in the words of people: what can be named, what a text they wrote means, what is wrong with it and
how to mend it. Pure.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from flask_babel import gettext as _

from builder import slips
from builder.checks import Context
from builder.checks._context import Types, paths
from builder.sights import Tell, sight
from runtime import formulas
from runtime.fields import ValueType
from runtime.forms.conditions.sights import Source
from runtime.formulas import FUNCTIONS, FormulaError
from runtime.formulas.errors import TYPE_WORDS
from runtime.formulas.functions import GROUPS, Function
from runtime.text import search_key

_WIDE = str.maketrans("（），＝＋－＊／＜＞＆“”‘’", "(),=+-*/<>&\"\"''")
_TEXT = re.compile(r""""(?:[^"]|"")*"|'(?:[^']|'')*'""")
_WORD = re.compile(r"[A-Za-z0-9_.]")


@dataclass(frozen=True)
class Fault:
    """What is wrong with a formula: a sentence, where (a character from 1 on, 0: all of it), how to mend it."""

    sentence: str
    at: int = 0
    mend: str = ""


@dataclass(frozen=True)
class Nameable:
    """What a formula can name here: the sources by path, and their types."""

    sources: Mapping[str, Source]
    types: Types

    def title(self, path: str) -> str:
        """The title of a path; the path where nobody knows it."""
        known = self.sources.get(path) or self.sources.get(path.removeprefix("record."))
        return known.title if known else path


def nameable(context: Context, scope: str, tell: Tell) -> Nameable:
    """What a formula of this scope can name: `form:visit` or `event:visit`."""
    kind, _colon, form = scope.partition(":")
    if kind == "event":
        seen = sight(context, scope, tell)
        return Nameable(seen.sources, context.event_types(form))
    seen = sight(context, f"own:{form}", tell)
    others = {path: s for path, s in seen.facts.items() if path.removeprefix("record.") not in seen.sources}
    columns = {source.path: source for source in _columns(context, form, tell)}
    return Nameable({**seen.sources, **columns, **others}, context.formula_types(form))


def _columns(context: Context, form: str, tell: Tell) -> Iterator[Source]:
    """What stands in all rows of the sub-tables: a list for each column."""
    for table, field in context.fields(form).items():
        group = str(_("All rows of %(table)s", table=tell(field.title)))
        for key, column in field.columns.items():
            title = f"{tell(field.title)} › {tell(column.title)}"
            yield Source(f"{table}.{key}", title, group, ValueType.LIST, "", column)


def grouped_functions() -> list[tuple[str, list[Function]]]:
    """The functions there are, in groups."""
    return [(_(group.title), list(group.functions)) for group in GROUPS.values()]


def searched(*texts: str) -> str:
    """What a suggestion is found by: titles, keys, pinyin."""
    return search_key(*texts)


def read(text: str, named: Nameable) -> str:
    """The formula that somebody meant: with keys for the titles that they wrote, and plain signs for the wide
    ones of a Chinese keyboard. What stands in quotes stays.
    """
    text = text.strip().removeprefix("=").strip()
    if _is_known(text, named):
        return text
    titles = {
        source.title: path for path, source in named.sources.items() if not source.path.startswith("user")
    }
    return "".join(
        part if _TEXT.fullmatch(part) else _with_keys(part, titles, named) for part in _parts(_plain(text))
    )


def _is_known(text: str, named: Nameable) -> bool:
    try:
        formula = formulas.parse(text)
    except FormulaError:
        return False
    return all(path in paths(named.types) for path in formula.names)


def _plain(text: str) -> str:
    """The text with plain quotes and signs, save inside of quotes that are plain already."""
    return "".join(part if _TEXT.fullmatch(part) else part.translate(_WIDE) for part in _parts(text))


def _parts(text: str) -> list[str]:
    """The text cut into what stands in quotes and what does not."""
    found, end = [], 0
    for match in _TEXT.finditer(text):
        found += [text[end : match.start()], match.group()]
        end = match.end()
    return [part for part in [*found, text[end:]] if part]


def _with_keys(part: str, titles: Mapping[str, str], named: Nameable) -> str:
    written = [title for title in titles if title.lower() in part.lower()]
    if not written:
        return part
    longest_first = sorted(written, key=len, reverse=True)
    pattern = "|".join(f"{_edge(t[0], '<!')}{re.escape(t)}{_edge(t[-1], '!')}" for t in longest_first)
    by_lower = {title.lower(): path for title, path in titles.items()}

    def key(match: re.Match[str]) -> str:
        word = match.group()
        return word if word in named.types else by_lower[word.lower()]

    return re.sub(pattern, key, part, flags=re.IGNORECASE)


def _edge(character: str, look: str) -> str:
    """A title of letters must not be a part of a longer word; Chinese has no such words."""
    return rf"(?{look}[A-Za-z0-9_.])" if _WORD.match(character) else ""


def result_type(text: str, named: Nameable) -> ValueType:
    """The type that a formula gives; FormulaError when it gives none."""
    return formulas.check(formulas.parse(text), paths(named.types))


def fault(error: FormulaError, text: str, named: Nameable) -> Fault:
    """The error with its place and, where there is one, the way to mend it."""
    at = 0 if error.position is None else min(error.position, len(text)) + 1
    return Fault(formulas.sentence(error), at, _mend(error, text, named))


def wrong_result(found: ValueType, needed: ValueType) -> Fault:
    """The formula works, but gives another kind of value than its place takes."""
    words = {"found": str(TYPE_WORDS[found]), "needed": str(TYPE_WORDS[needed])}
    return Fault(_("This gives %(found)s, but %(needed)s is needed.", **words))


def _mend(error: FormulaError, text: str, named: Nameable) -> str:
    missing = _ending(error, text)
    if missing:
        return str(_("Add %(what)s at the end.", what=missing))
    if error.code == "unexpected" and error.params.get("found") == ")" and _open_brackets(text) < 0:
        return str(_("Take out one “)”."))
    titles = {path: source.title for path, source in named.sources.items()}
    path = _meant(error, titles)
    if not path:
        return ""
    title = titles.get(path)
    return str(_("Did you mean %(what)s?", what=f"{path} ({title})" if title else path))


def corrected(error: FormulaError, text: str, names: Iterable[str], former: Collection[str]) -> str:
    """The formula without this error where it is plain what was meant, else blank; `names` can be read, `former` are
    fields that there were once.
    """
    missing, wrong, at = _ending(error, text), str(error.params.get("name", "")), error.position or 0
    if missing:
        return text + missing
    known = {"unknown_name": names, "unknown_function": FUNCTIONS}.get(error.code, ())
    meant = slips.meant(wrong, known, former)
    if not meant or text[at : at + len(wrong)].upper() != wrong.upper():
        return ""
    return text[:at] + meant + text[at + len(wrong) :]


def _ending(error: FormulaError, text: str) -> str:
    """What is missing at the end; blank when it is not that."""
    missing = _open_brackets(text)
    if error.code == "unfinished" and missing > 0 and re.search(r"[\w)\"'.]\s*$", text):
        return ")" * missing
    return str(error.params["found"]) if error.code == "open_text" else ""


def _open_brackets(text: str) -> int:
    """How many brackets are not closed; less than none when more are closed than opened."""
    outside = _TEXT.sub("", text)
    return outside.count("(") - outside.count(")")


def _meant(error: FormulaError, names: Iterable[str]) -> str:
    """The name that was nearly written."""
    if error.code == "unknown_name":
        return nearest(str(error.params["name"]), names)
    if error.code == "unknown_function":
        return nearest(str(error.params["name"]), FUNCTIONS)
    return ""


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that is written most like this one; blank when none is."""
    by_lower = {each.lower(): each for each in known}
    near = get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[near[0]] if near else ""


def names_read(text: str, named: Nameable) -> list[tuple[str, str]]:
    """The values that a formula reads: path and title, in the order of the text."""
    try:
        found: Iterable[tuple[str, ...]] = formulas.parse(text).names
    except FormulaError:
        return []
    listed = sorted((".".join(path) for path in found), key=text.find)
    return [(path, named.title(path)) for path in listed]
