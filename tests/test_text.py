"""Texts are cleaned in time that grows with their length alone, whatever they are made of."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.text import clean_text, normalised

MARKS = "\u0301\u0316\u0f73\uff9e\u3099\u0344\u00e9\u1e69a가"
EVERY_CHARACTER = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]

SLOW = {
    "marks of two classes": "a" + "\u0301\u0316" * 50_000,
    "marks that look like starters": "\u0f73" * 100_000,
    "marks for search only": "a" + "\uff9e\u0301" * 50_000,
    "many runs": ("a" + "\u0301\u0316" * 5_000) * 10,
    "blank edges of two kinds": " \u200b" * 500_000 + "a",
}


@pytest.mark.timeout(10)
@pytest.mark.parametrize("text", SLOW.values(), ids=SLOW.keys())
def test_a_text_made_to_be_slow_is_cleaned_quickly(text: str) -> None:
    clean, plain = clean_text(text), normalised(text, "NFKC")
    assert clean_text(clean) == clean
    assert normalised(plain, "NFKC") == plain


@given(st.text(alphabet=MARKS, max_size=120))
def test_a_long_run_of_marks_has_the_normal_form_of_any_other_text(text: str) -> None:
    assert normalised(text, "NFC") == unicodedata.normalize("NFC", text)
    assert normalised(text, "NFKC") == unicodedata.normalize("NFKC", text)


@pytest.mark.parametrize("form", ["NFC", "NFKC"])
def test_every_character_that_is_made_of_marks_is_known(form: str) -> None:
    apart = form.replace("C", "D")
    for char in EVERY_CHARACTER:
        if unicodedata.combining(unicodedata.normalize(apart, char)[0]):
            marks = char + "\u0316" * 31
            assert normalised(marks * 2, form) == unicodedata.normalize(form, marks * 2)


def test_every_blank_character_is_taken_off_the_edges() -> None:
    blanks = "".join(filter(str.isspace, EVERY_CHARACTER)) + "\u200b\u200c\u200d\u2060\ufeff"
    assert clean_text(f"{blanks}one two{blanks[::-1]}") == "one two"
