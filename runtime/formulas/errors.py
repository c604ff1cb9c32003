"""What can be wrong with a formula, and the sentence that says so."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from runtime.fields import ValueType


class FormulaError(ValueError):
    """A formula that cannot be read, checked or worked out.

    `code` and `params` say what is wrong, `position` is the offset of the character where it is (None when
    the whole formula is meant). At evaluation the fault lies in the values: show it at the formula's field.
    """

    def __init__(self, code: str, *, position: int | None = None, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: Mapping[str, object] = params
        self.position = position


SENTENCES = {
    "empty": _l("Write a formula."),
    "too_long": _l("The formula is too long: use at most %(limit)s characters."),
    "too_many_parts": _l("The formula has too many parts: use at most %(limit)s."),
    "too_deep": _l("The formula is nested too deep: use at most %(limit)s levels."),
    "number_too_long": _l("Write the number %(number)s with fewer digits."),
    "bad_character": _l("A formula cannot contain “%(found)s”."),
    "open_text": _l("The text that begins with %(found)s here has no end: write %(found)s after it."),
    "unexpected": _l("“%(found)s” is not expected here."),
    "unfinished": _l("The formula stops too early: something is missing at the end."),
    "unknown_name": _l("There is no field “%(name)s” here."),
    "unknown_function": _l("There is no function “%(name)s”."),
    "arguments": _l("%(name)s needs its values like this: %(usage)s."),
    "wrong_type": _l("%(name)s needs %(expected)s here, not %(found)s."),
    "wrong_types": _l("“%(name)s” does not work between %(left)s and %(right)s."),
    "different_types": _l("%(name)s needs the same kind of value on both sides, not %(left)s and %(right)s."),
    "not_a_unit": _l("Write the unit as one of these texts: %(units)s."),
    "unit_needs_time": _l("A date has no “%(unit)s”: use day, week, month, quarter or year."),
    "wrong_value": _l("The formula got a value of the wrong kind."),
    "division_by_zero": _l("The formula divides by zero: change the number it divides by."),
    "no_result": _l("%(name)s has no result for these values."),
    "pairs": _l("%(name)s needs a result after each test."),
    "count": _l("A number from %(least)s to %(most)s is needed here, not %(found)s."),
    "text_format": _l('Write the format like "0.00", "#,##0.00", "0%%", "yyyy-mm-dd" or "hh:mm".'),
    "overflow": _l("The result is too large: use smaller numbers."),
    "not_whole": _l("Days, weeks, months and years are counted in whole numbers, not %(number)s."),
    "date_range": _l("The result is not a date between the years 1000 and 9999."),
    "text_too_long": _l("The resulting text is too long: at most %(limit)s characters."),
    "too_many_steps": _l("The formula has too much to work out: use fewer rows."),
}

LIMITS = frozenset(("too_many_steps", "text_too_long"))
"""Errors that nothing makes good: the formula asks for too much."""

TYPE_WORDS = {
    ValueType.TEXT: _l("a text"),
    ValueType.NUMBER: _l("a number"),
    ValueType.DATE: _l("a date"),
    ValueType.DATETIME: _l("a date with time"),
    ValueType.TIME: _l("a time of day"),
    ValueType.BOOL: _l("yes or no"),
    ValueType.LIST: _l("a list"),
    ValueType.PATH: _l("a way through a tree"),
    ValueType.FILES: _l("files"),
    ValueType.ROWS: _l("a sub-table"),
    ValueType.NOTHING: _l("nothing"),
}


def sentence(error: FormulaError) -> str:
    """The error as a sentence in the current language (needs an application context)."""
    return str(SENTENCES[error.code]) % {name: _word(value) for name, value in error.params.items()}


def _word(value: object) -> str:
    if isinstance(value, ValueType):
        return str(TYPE_WORDS[value])
    if isinstance(value, tuple):
        return ", ".join(_word(item) for item in value)
    return str(value)
