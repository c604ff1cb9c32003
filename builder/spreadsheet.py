"""A form from a spreadsheet: where the titles stand, and what type each column's values have. Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from builder.sheets import Rows
from runtime.fields import FIELD_TYPES
from runtime.spreadsheets import head_of, letters, title_of

OPTIONS, OPTION_LENGTH = 12, 60
LONG = 100  # characters from which on a text is a long one
EXAMPLES = 3
# What a column can become.
TYPES = (
    "text",
    "long_text",
    "number",
    "money",
    "percent",
    "date",
    "datetime",
    "time",
    "yes_no",
    "choice",
    "email",
    "phone",
    "url",
)


@dataclass(frozen=True)
class Column:
    """A column as it is proposed: a title, a field type, the options of a choice, a few of its values."""

    title: str
    type: str
    options: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()


def proposed(rows: Rows) -> list[Column]:
    """A field for each column that has a title or a value."""
    head = head_of(rows)
    body = rows[head + 1 :]
    columns = []
    for at in range(len(rows[0])):
        values = [row[at] for row in body if row[at] is not None]
        title = title_of(rows, head, at)
        if title or values:
            columns.append(_column(title or f"Column {letters(at)}", values))
    return columns


def _column(title: str, values: Sequence[Any]) -> Column:
    kind = _by_values(title, values) if values else _by_title(title)
    kind = kind if kind in FIELD_TYPES else "text"
    texts = tuple(dict.fromkeys(_text(value) for value in values))
    options = texts[:OPTIONS] if kind == "choice" else ()
    return Column(title, kind, options, tuple(text[:60] for text in texts[:EXAMPLES]))


def _by_values(title: str, values: Sequence[Any]) -> str:
    for kind, fits in _TESTS:
        if all(fits(value) for value in values):
            return "money" if kind == "number" and _hints(title, "money") else kind
    return _of_text([_text(value) for value in values])


def _of_text(texts: Sequence[str]) -> str:
    if any("\n" in text or len(text) > LONG for text in texts):
        return "long_text"
    different = set(texts)
    repeated = len(different) <= OPTIONS and len(texts) >= 2 * len(different)
    return "choice" if repeated and all(len(text) <= OPTION_LENGTH for text in different) else "text"


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes") if value.time() != time.min else value.date().isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


_NUMBER = re.compile(r"[-+]?(\d{1,3}(,\d{3})+|\d{1,15})(\.\d{1,10})?")
_MONEY = re.compile(
    r"[-+]?([¥￥$€£]|CNY|RMB|USD|EUR)\s?[-+]?[\d,]{1,20}(\.\d{1,4})?|[\d,]{1,20}(\.\d{1,4})?\s?(元|€)"
)
_DATE = re.compile(r"\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{4}年\d{1,2}月\d{1,2}日")
_MOMENT = re.compile(rf"(?:{_DATE.pattern})[ T]\d{{1,2}}:\d{{2}}(:\d{{2}})?")
_PERCENT = re.compile(r"[-+]?\d{1,9}(\.\d{1,4})?\s?[%％]")
_URL = re.compile(r"https?://[^\s/]{3,200}(/\S{0,1000})?")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):[0-5]\d(:00)?")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,200}\.[^@\s.]{2,60}")
_PHONE = re.compile(
    r"(\+\d{1,3}[ -]?)?1[3-9]\d{9}|\+\d{1,3}[\d ()-]{6,18}|0\d{2,3}-\d{7,8}|\(\d{3}\) ?\d{3}-\d{4}"
)
_BOTH = {"yes", "no", "true", "false", "y", "n", "是", "否", "√", "×", "有", "无"}


def _matches(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, (str, int)) and pattern.fullmatch(str(value)) is not None


def _is_yes_no(value: Any) -> bool:
    return isinstance(value, bool) or (isinstance(value, str) and value.lower() in _BOTH)


def _is_number(value: Any) -> bool:
    if isinstance(value, str):
        # Digits that begin with a zero name something: an account, a postcode.
        return _NUMBER.fullmatch(value) is not None and not re.match(r"0\d", value)
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return False
    return -(10**15) < value < 10**15


def _is_date(value: Any) -> bool:
    if isinstance(value, datetime):
        return value.time() == time.min
    return isinstance(value, date) or _matches(_DATE)(value)


def _is_moment(value: Any) -> bool:
    return isinstance(value, datetime) or _matches(_MOMENT)(value) or _is_date(value)


def _is_clock(value: Any) -> bool:
    if isinstance(value, time):
        return value.second == value.microsecond == 0
    return _matches(_CLOCK)(value)


_TESTS: Sequence[tuple[str, Callable[[Any], bool]]] = (
    ("yes_no", _is_yes_no),
    ("phone", _matches(_PHONE)),
    ("number", _is_number),
    ("money", _matches(_MONEY)),
    ("percent", _matches(_PERCENT)),
    ("time", _is_clock),
    ("date", _is_date),
    ("datetime", _is_moment),
    ("email", _matches(_EMAIL)),
    ("url", _matches(_URL)),
)
_HINTS = {
    "money": r"price|amount|cost|salary|budget|金额|价格|单价|总价|费用|工资|预算",
    "datetime": r"\btime\b|时间",
    "date": r"\bdate\b|birthday|deadline|日期|生日|截止",
    "percent": r"percent|\brate\b|discount|百分比|折扣|比例",
    "url": r"website|homepage|\burl\b|网址|网站|链接",
    "phone": r"phone|mobile|\btel\b|电话|手机",
    "email": r"e-?mail|邮箱|邮件",
    "number": r"quantity|\bqty\b|\bcount\b|number of|数量|人数|次数",
    "yes_no": r"^is |\?$|是否",
    "long_text": r"notes?\b|remarks?|comments?|description|备注|说明|描述|内容",
}


def _hints(title: str, kind: str) -> bool:
    return re.search(_HINTS[kind], title.lower()) is not None


def _by_title(title: str) -> str:
    return next((kind for kind in _HINTS if _hints(title, kind)), "text")
