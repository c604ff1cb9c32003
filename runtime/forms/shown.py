"""One field as a page shows it: what the templates in templates/fields draw, and nothing else.

Values that can be hashed: what looks the same is drawn once (`drawn`).
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

UNLABELLED = (
    "fields/yes_no.html",
    "fields/heading.html",
    "fields/note.html",
    "fields/divider.html",
    "fields/page_break.html",
)


@dataclass(frozen=True)
class Choice:
    """One pickable value; `key` is what the control posts."""

    key: str
    label: str


@dataclass(frozen=True)
class Step:
    """A level of a field that is asked level by level."""

    chosen: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Part:
    """One of the boxes of a field that is typed in parts."""

    label: str
    text: str


@dataclass(frozen=True)
class Picker:
    """A search among records, members or departments. `reads` are the fields whose values narrow the offer.

    `offered` is the list for browsers without JavaScript, None where a script is known to run. `kind` is what is
    picked: what somebody picked last of it comes first, wherever it was.
    """

    url: str
    reads: str
    shown: str
    offered: tuple[tuple[int, str], ...] | None = None
    sought: str = ""
    kind: str = ""


@dataclass(frozen=True)
class ShownFile:
    """A file of a field: where it is got, and a small picture of it, if it is one."""

    key: str
    name: str
    size: str
    address: str
    small: str = ""


@dataclass(frozen=True)
class Files:
    """The files of a field. `upload` is where one is sent as soon as it is chosen, if anywhere."""

    listed: tuple[ShownFile, ...] = ()
    upload: str = ""


@dataclass(frozen=True)
class Clash:
    """Two people changed the same field: what I typed, and who stored what in the meantime."""

    mine: str
    theirs: str
    who: str
    at: datetime


@dataclass(frozen=True)
class ShownRow:
    """A row of a sub-table; `name` is what its buttons call it. A cell that a rule hides is None."""

    name: str
    handle: str
    cells: tuple["Shown | None", ...]
    clash: Clash | None = None


@dataclass(frozen=True)
class Heading:
    """The title of a column."""

    title: str
    required: bool


@dataclass(frozen=True)
class Stretch:
    """The rows on one page of all rows: the number of the page and its rows, counted from 0, and how many there are."""

    at: int = 0
    start: int = 0
    end: int = 0
    count: int = 0

    leads: tuple[int | None, ...] = ()
    """The numbers of the first page, the one before, the one after and the last; None where it is this one. Empty where
    there is but one page.
    """


WHOLE = Stretch()
"""A table without pages."""


@dataclass(frozen=True)
class ShownTable:
    """The rows of a sub-table. `next` is the number of the next new row; `is_open` says that rows may be changed,
    `told` what became of what was just pasted. `here` are the rows on the page; `before`, `after` and `rest`
    are what is posted of all others.
    """

    headings: tuple[Heading, ...]
    rows: tuple[ShownRow, ...]
    next: int
    is_open: bool
    told: str = ""
    here: Stretch = WHOLE
    before: str = ""
    after: str = ""
    rest: str = ""


@dataclass(frozen=True)
class Shown:
    """A field on a page. `raw` is what its control holds, `display` the same in words where there is no control."""

    key: str
    title: str
    help: str
    template: str
    raw: str | tuple[str, ...] = ""
    display: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    choices: tuple[Choice, ...] = ()
    steps: tuple[Step, ...] = ()
    parts: tuple[Part, ...] = ()
    grouped: bool = False
    """Whether it is a group of controls under one legend."""
    picker: Picker | None = None
    files: Files | None = None
    prefix: str = ""
    most: str = ""
    required: bool = False
    static: bool = False
    error: str = ""
    warning: str = ""
    alike: tuple[tuple[str, str], ...] = ()
    """The address and the title of each record that the message speaks of."""
    merge: str = ""
    """Where these and the record on the page are merged, for who may do that."""
    was: str | None = None
    """What the server filled in last, of a field that a reference fills."""
    picked: str | None = None
    """What a reference that fills others points to as the page is drawn."""
    clash: Clash | None = None
    span: int = 12
    """How many of the 12 columns of its row it takes."""
    by_button: bool = False
    """Whether the next level comes by a button only: no script draws the page around it anew."""
    posts: str = ""
    """What its control is called in what is posted, where that is not the key."""
    table: ShownTable | None = None
    """The rows, of a sub-table."""

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        # Most fields are looked up again and again (drawn.py); of what tells them apart this is enough.
        marks = (self.required, self.error, self.warning, self.was, self.span)
        return hash((self.key, self.template, self.title, self.raw, self.display, marks))

    @property
    def name(self) -> str:
        """The name of its control."""
        return self.posts or self.key

    @property
    def text(self) -> str:
        """The one text of the control; of a field that was posted several times the last."""
        return self.raw if isinstance(self.raw, str) else (self.raw[-1] if self.raw else "")

    @property
    def chosen(self) -> tuple[str, ...]:
        """Every text of the control."""
        return (self.raw,) if isinstance(self.raw, str) else self.raw

    @property
    def labelled(self) -> bool:
        """Whether a label stands above the control."""
        return self.template not in UNLABELLED

    @property
    def described_by(self) -> str:
        """The ids of the help, the error, the warning and the counter that belong to the control."""
        parts = (("h", self.help), ("e", self.error), ("w", self.warning), ("n", self.most))
        return " ".join(f"{letter}-{self.key}" for letter, there in parts if there)


@dataclass(frozen=True)
class ShownSection:
    """A titled group of rows of fields; `tab` is the key of the tab that it stands in, if any."""

    key: str
    title: str
    rows: tuple[tuple[Shown, ...], ...]
    tab: str = ""
    tab_title: str = ""

    @property
    def errors(self) -> int:
        """How many of its fields have an error."""
        return sum(bool(one.error) for row in self.rows for one in row)
