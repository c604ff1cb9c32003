"""A form of several pages: all of it is sent each time, one part of it is shown."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from flask_babel import gettext as _

from runtime.definitions.documents import Form
from runtime.definitions.layout import Section
from runtime.forms.shown import Shown, ShownSection
from runtime.forms.tabs import ShownTab, in_tabs

BREAK = "fields/page_break.html"
FIRST = "first"  # the key of the first page of a form without tabs
OUTPUT = "fields/output.html"
LAID_OUT = ("fields/heading.html", "fields/note.html", "fields/divider.html")


@dataclass(frozen=True)
class Steps:
    """The pages that there are now, and at which of them somebody is."""

    all: Sequence[ShownTab]
    at: int

    @property
    def now(self) -> ShownTab:
        """The page that is shown."""
        return self.all[self.at]

    @property
    def is_last(self) -> bool:
        """Whether the form is sent from here."""
        return self.at == len(self.all) - 1

    @property
    def fields(self) -> frozenset[str]:
        """The fields of the page that is shown."""
        return frozenset(one.key for part in self.now.sections for row in part.rows for one in row)

    @property
    def told(self) -> str:
        """Where somebody is, in words."""
        return str(_("Step %(number)s of %(total)s", number=self.at + 1, total=len(self.all)))


def is_cut(form: Form) -> bool:
    """Whether the form has page breaks, hidden ones among them."""
    return any(one.type.template == BREAK for one in form.fields.values())


def steps(
    sections: Sequence[ShownSection],
    key: str,
    *,
    by_question: bool = False,
    cut: bool = False,
    to_errors: bool = False,
    order: Sequence[str] = (),
) -> Steps:
    """The pages that there are: at the one with this key, or at the first one with an error. A tab begins a page, and
    so does what follows a page break. In a form without tabs that is not `cut` by such every section does; or every
    question. By `order`, the keys of all pages that there may be, a page that a rule took away leads to the one before.
    """
    asked = (part for one in sections for part in _questions(one))
    found = list(asked) if by_question else _parts(sections, cut)
    found = found or [ShownTab("", "", ())]
    wrong = [at for at, one in enumerate(found) if one.errors] if to_errors else []
    return Steps(found, wrong[0] if wrong else _place(found, key, order))


def keys_of_pages(layout: Sequence[Section], *, by_question: bool = False, cut: bool = False) -> list[str]:
    """The keys of all pages that a form may have, in their order; what begins none among them."""
    keys: list[str] = []
    for section in layout:
        fields = [cell.field for row in section.rows for cell in row]
        if by_question:
            keys += fields
        elif section.tab or cut:
            keys += [section.tab or FIRST, *map(_after, fields)]
        else:
            keys.append(section.key)
    return keys


def _place(pages: Sequence[ShownTab], key: str, order: Sequence[str]) -> int:
    """Where the page with this key is; what stood on one that a rule took away stands on the last one before it."""
    there = {one.key: at for at, one in enumerate(pages)}
    if key in there or key not in order:
        return there.get(key, 0)
    return next((there[one] for one in reversed(order[: order.index(key)]) if one in there), 0)


def _after(key: str) -> str:
    """The key of the page that follows this page break."""
    return f"after-{key}"


def _parts(sections: Sequence[ShownSection], cut: bool) -> list[ShownTab]:
    tabs = in_tabs(sections)
    if len(tabs) != 1 or tabs[0].key or cut:
        return [page for tab in tabs for page in _pages(tab)]
    return [ShownTab(one.key, one.title, [one]) for one in sections]


def _pages(tab: ShownTab) -> Iterator[ShownTab]:
    """A tab, cut at its page breaks; pages on which nothing stands are none."""
    key, title = tab.key or FIRST, tab.title
    here: list[ShownSection] = []
    for section in tab.sections:
        for after, part in _cut(section):  # type: ignore[arg-type]
            if after:
                if here:
                    yield ShownTab(key, title, here)
                key, title, here = _after(after), "", []
            here += [part] if part.rows else []
    if here:
        yield ShownTab(key, title, here)


def _cut(section: ShownSection) -> Iterator[tuple[str, ShownSection]]:
    """The parts of a section, each with the page break that stands before it; the first one has its title."""
    rows: list[tuple[Shown, ...]] = []
    after, title = "", section.title
    for is_break, among in (
        (each, list(some)) for row in section.rows for each, some in groupby(row, _is_break)
    ):
        if not is_break:
            rows.append(tuple(among))
            continue
        yield after, replace(section, title=title, rows=tuple(rows))
        after, title, rows = among[-1].key, "" if rows else title, []
    yield after, replace(section, title=title, rows=tuple(rows))


def _is_break(one: Shown) -> bool:
    return one.template == BREAK


def _questions(section: ShownSection) -> Iterator[ShownTab]:
    """Every question of a section as a page of its own: headings and notes stand before the next one, what is worked
    out stands with the one before; after the last question all stands with that.
    """
    pages: list[list[Shown]] = [[]]
    for one in (one for row in section.rows for one in row if not _is_break(one)):
        if one.template != OUTPUT and any(map(_asks, pages[-1])):
            pages.append([])
        pages[-1].append(one)
    if len(pages) > 1 and not any(map(_asks, pages[-1])):
        rest = pages.pop()
        pages[-1] += rest
    for page in filter(None, pages):
        rows = tuple((replace(one, span=12),) for one in page)
        # What stands before the question may be hidden by its answer.
        key = next(filter(_asks, page), page[0]).key
        yield ShownTab(key, section.title, [replace(section, key=key, rows=rows)])


def _asks(one: Shown) -> bool:
    return one.template != OUTPUT and one.template not in LAID_OUT
