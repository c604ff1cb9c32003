"""Which texts are formulas, and where the mistake is when they are not."""

import pytest

from runtime.formulas import FormulaError, parse
from tests.formulas.support import code_of


def test_the_names_that_a_formula_reads_are_known_without_values() -> None:
    formula = parse("SUM(lines.amount) + qty * record.rate + qty")

    assert formula.names == {("lines", "amount"), ("qty",), ("record", "rate")}


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("", "empty", None),
        ("   ", "empty", None),
        ("1 +", "unfinished", 3),
        ("SUM(1", "unfinished", 5),
        ("1 2", "unexpected", 2),
        ("1 < 2 < 3", "unexpected", 6),
        ("(1)) ", "unexpected", 3),
        ("+1", "unexpected", 0),
        ("SUM(1,)", "unexpected", 6),
        ("SUM(,)", "unexpected", 4),
        ("qty # 2", "bad_character", 4),
        ("qty ^ 2", "bad_character", 4),
        ("1 + 'abc", "open_text", 4),
        ("1 + \x00", "bad_character", 4),
        ("'\ud800'", "bad_character", 1),
        ("a.", "bad_character", 1),
        ("__import__('os').system('id')", "bad_character", 16),
        ("(lambda: 1)()", "bad_character", 7),
        ("[x for x in y]", "bad_character", 0),
        ("1" * 29, "number_too_long", 0),
    ],
)
def test_a_text_that_is_no_formula_is_refused_at_the_place_of_the_mistake(
    text: str, code: str, position: int | None
) -> None:
    with pytest.raises(FormulaError) as caught:
        parse(text)

    assert (caught.value.code, caught.value.position) == (code, position)


def test_powers_and_repeats_of_python_are_no_formulas() -> None:
    assert code_of("9**9**9") == "unexpected"
    assert code_of("'x' * 1000000000") == "wrong_value"
    assert code_of("''.__class__") == "bad_character"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1" + " " * 2_000, "too_long"),
        ("1" + "+1" * 500, "too_many_parts"),
        ("-" * 60 + "1", "too_deep"),
        ("NOT(" * 60 + "true" + ")" * 60, "too_deep"),
        ("IF(true,1," * 190 + "1" + ")" * 190, "too_long"),
    ],
)
def test_a_formula_beyond_the_limits_is_refused(text: str, code: str) -> None:
    assert code_of(text) == code


def test_a_long_sum_and_many_brackets_are_no_deep_formula() -> None:
    assert code_of("1" + "+1" * 400) == ""
    assert code_of("(" * 400 + "1" + ")" * 400) == ""


def test_function_names_and_truth_values_are_read_in_any_case() -> None:
    assert code_of("If(True, sum(1), Sum(2))") == ""


def test_a_name_that_begins_like_a_truth_value_is_a_name() -> None:
    assert parse("true_price + falsework").names == {("true_price",), ("falsework",)}
