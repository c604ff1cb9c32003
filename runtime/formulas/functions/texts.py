"""Functions of texts. A blank text is one without characters."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal

from runtime.fields import N_
from runtime.formulas.errors import FormulaError
from runtime.formulas.functions._base import (
    BOOL,
    DATE,
    DATETIME,
    LISTS,
    NUMBER,
    TEXT,
    TIME,
    WORDS,
    Function,
    Group,
    Lazy,
    Parameter,
    Scope,
    always,
    counted,
    limited,
    of_texts,
    several,
    strict,
    text,
)
from runtime.formulas.functions._formats import formatted, type_of_formatted, value_of
from runtime.formulas.values import MAX_TEXT, Value


def _texts(items: Sequence[Lazy]) -> Iterator[str]:
    """The values as texts: of a list each of its items."""
    for item in items:
        value = item()
        yield from map(text, value if isinstance(value, list) else [value])


def _concat(scope: Scope, *items: Lazy) -> Value:
    return _joined("", _texts(items))


def _textjoin(scope: Scope, between: Lazy, *items: Lazy) -> Value:
    return _joined(text(between()), filter(None, _texts(items)))


def _joined(between: str, pieces: Iterable[str]) -> Value:
    """The pieces as one text, that is not even made when it is too long."""
    found = [*pieces]
    if sum(map(len, found)) + len(between) * (len(found) - 1) > MAX_TEXT:
        raise FormulaError("text_too_long", limit=MAX_TEXT)
    return between.join(found) or None


def _left(value: Value, count: Value = Decimal(1)) -> Value:
    return limited(text(value)[: counted(count)])


def _right(value: Value, count: Value = Decimal(1)) -> Value:
    taken = counted(count)
    return limited(text(value)[-taken:] if taken else "")


def _mid(value: Value, start: Value, count: Value) -> Value:
    first = counted(start, least=1) - 1
    return limited(text(value)[first : first + counted(count)])


def _len(scope: Scope, value: Lazy) -> Value:
    return Decimal(len(text(value())))


def _finding(fold: Callable[[str], str]) -> Callable[..., Value]:
    def run(sought: Value, within: Value, start: Value = Decimal(1)) -> Value:
        place = fold(text(within)).find(fold(text(sought)), counted(start, least=1) - 1)
        return Decimal(place + 1) if place >= 0 else None

    return strict(run)


def _substitute(scope: Scope, value: Lazy, old: Lazy, new: Lazy) -> Value:
    whole, part, instead = text(value()), text(old()), text(new())
    if not part:
        return limited(whole)
    if len(whole) + whole.count(part) * len(instead) > 2 * MAX_TEXT:
        raise FormulaError("text_too_long", limit=MAX_TEXT)
    return limited(whole.replace(part, instead))


def _replace(scope: Scope, value: Lazy, start: Lazy, count: Lazy, new: Lazy) -> Value:
    whole, first, taken = value(), start(), count()
    if whole is None or first is None or taken is None:
        return None
    at = counted(first, least=1) - 1
    return limited(text(whole)[:at] + text(new()) + text(whole)[at + counted(taken) :])


def _rept(value: Value, count: Value) -> Value:
    times = counted(count)
    if len(text(value)) * times > MAX_TEXT:
        raise FormulaError("text_too_long", limit=MAX_TEXT)
    return limited(text(value) * times)


def _changed(change: Callable[[str], str]) -> Callable[..., Value]:
    return strict(lambda value: limited(change(text(value))))


_ONE = (Parameter("text", WORDS),)
_COUNT = (*_ONE, Parameter("count", (NUMBER,), optional=True))
_FINDING = (
    Parameter("sought", WORDS),
    Parameter("within", WORDS),
    Parameter("start", (NUMBER,), optional=True),
)
_PIECES = several("value", (*WORDS, *LISTS))

plugin = Group(
    "texts",
    N_("Texts"),
    (
        of_texts(
            "CONCAT",
            _PIECES,
            _concat,
            N_("All values as one text, of lists every item. A blank adds nothing."),
            ('CONCAT("A", 1, "", "b")', "A1b"),
        ),
        of_texts(
            "TEXTJOIN",
            (Parameter("between", WORDS), *_PIECES),
            _textjoin,
            N_("All values as one text with another one between them; blanks are left out."),
            ('TEXTJOIN(", ", "a", "", "b")', "a, b"),
        ),
        of_texts(
            "LEFT",
            _COUNT,
            strict(_left),
            N_("The first characters; one when left out. Blank for blank."),
            ('LEFT("Formwright", 4)', "Form"),
        ),
        of_texts(
            "RIGHT",
            _COUNT,
            strict(_right),
            N_("The last characters; one when left out. Blank for blank."),
            ('RIGHT("Formwright", 6)', "wright"),
            ('RIGHT("x", 0)', None),
        ),
        of_texts(
            "MID",
            (*_ONE, Parameter("start", (NUMBER,)), Parameter("count", (NUMBER,))),
            strict(_mid),
            N_("So many characters from a place on, 1 for the first. Blank for blank."),
            ('MID("Formwright", 5, 3)', "wri"),
        ),
        Function(
            "LEN",
            _ONE,
            always(NUMBER),
            _len,
            N_("How many characters a text has; 0 for blank."),
            (('LEN("客户")', Decimal(2)), ('LEN("")', Decimal(0))),
        ),
        Function(
            "FIND",
            _FINDING,
            always(NUMBER),
            _finding(lambda found: found),
            N_("Where a text stands in another one, 1 for the beginning. Blank when it is not there."),
            (('FIND("w", "Formwright")', Decimal(5)), ('FIND("W", "Formwright")', None)),
        ),
        Function(
            "SEARCH",
            _FINDING,
            always(NUMBER),
            _finding(str.lower),
            N_("Like FIND, but capital and small letters are alike."),
            (('SEARCH("W", "Formwright")', Decimal(5)),),
        ),
        of_texts(
            "SUBSTITUTE",
            (*_ONE, Parameter("old", WORDS), Parameter("new", WORDS)),
            _substitute,
            N_("The text with another one in every place of the old one; a blank new one takes it out."),
            ('SUBSTITUTE("1-2-3", "-", "")', "123"),
        ),
        of_texts(
            "REPLACE",
            (*_ONE, Parameter("start", (NUMBER,)), Parameter("count", (NUMBER,)), Parameter("new", WORDS)),
            _replace,
            N_("The text with so many characters from a place on replaced. Blank for blank."),
            ('REPLACE("13800138000", 4, 4, "****")', "138****8000"),
        ),
        of_texts(
            "TRIM",
            _ONE,
            _changed(lambda found: " ".join(found.split())),
            N_("The text without blanks at its ends and with single ones inside. Blank for blank."),
            ('TRIM("  a   b ")', "a b"),
        ),
        of_texts(
            "UPPER",
            _ONE,
            _changed(str.upper),
            N_("The text in capital letters. Blank for blank."),
            ('UPPER("ab1")', "AB1"),
        ),
        of_texts(
            "LOWER",
            _ONE,
            _changed(str.lower),
            N_("The text in small letters. Blank for blank."),
            ('LOWER("Ab1")', "ab1"),
        ),
        of_texts(
            "PROPER",
            _ONE,
            _changed(str.title),
            N_("The text with a capital letter at the beginning of each word. Blank for blank."),
            ('PROPER("li wei")', "Li Wei"),
        ),
        of_texts(
            "REPT",
            (*_ONE, Parameter("count", (NUMBER,))),
            strict(_rept),
            N_("The text so many times. Blank for blank."),
            ('REPT("ab", 3)', "ababab"),
        ),
        Function(
            "EXACT",
            (Parameter("left", WORDS), Parameter("right", WORDS)),
            always(BOOL),
            lambda scope, left, right: text(left()) == text(right()),
            N_("True when two texts are the same to the letter. Two blanks are the same."),
            (('EXACT("a", "A")', False), ('EXACT("12", 12)', True)),
        ),
        Function(
            "VALUE",
            (Parameter("text", (TEXT, NUMBER)),),
            always(NUMBER),
            strict(value_of),
            N_(
                "The number that a text says, also with separators of thousands or %. Blank when it says none."
            ),
            (
                ('VALUE("1,200.5")', Decimal("1200.5")),
                ('VALUE("15%")', Decimal("0.15")),
                ('VALUE("many")', None),
            ),
        ),
        Function(
            "TEXT",
            (Parameter("value", (NUMBER, DATE, DATETIME, TIME)), Parameter("format", (TEXT,))),
            type_of_formatted,
            formatted,
            N_(
                'A number or date as a text: formats like "0.00", "#,##0.00", "0%" and "yyyy-mm-dd", '
                '"m/d/yyyy", "hh:mm". Blank for blank.'
            ),
            (
                ('TEXT(1234.5, "#,##0.00")', "1,234.50"),
                ('TEXT(0.125, "0.0%")', "12.5%"),
                ('TEXT(DATE(2026, 1, 5), "yyyy年m月d日")', "2026年1月5日"),
                ('TEXT(TIME(9, 5), "h:mm")', "9:05"),
            ),
        ),
    ),
)
