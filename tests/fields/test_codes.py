"""Barcodes, web addresses, ratings: what fits and what is refused by which words."""

import pytest

from tests.fields.support import CHINESE, READER, field_of, parse, refusal, show

URL = field_of("url")


@pytest.mark.parametrize(
    "format, raw, code",
    [
        ("ean_13", "400638133393", None),  # a UPC-A of twelve digits; its sum is judged by `check`
        ("ean_13", "4006381333", "ean_13"),
        ("ean_13", "40063813339311", "ean_13"),
        ("code_128", "AB-12 cd", None),
        ("code_128", "é", "code_128"),
        ("code_128", "x" * 81, "code_128"),
        ("qr_code", "中文 https://example.com", None),
        ("qr_code", "x" * 1001, "maxLength"),
        ("any", "x" * 501, "maxLength"),
    ],
)
def test_a_code_fits_its_format(format: str, raw: str, code: str | None) -> None:
    assert refusal(field_of("barcode", format=format), raw) == code


def test_a_scanner_that_sends_a_line_end_types_one_code() -> None:
    assert parse(field_of("barcode"), "AB-12\r\n") == "AB-12"


@pytest.mark.parametrize(
    "raw",
    [
        "javascript:alert(1)",
        "JaVaScRiPt://example.com/%0aalert(1)",
        "vbscript:x",
        "//example.com",
        "https://user:secret@example.com/",
        "https://exa mple.com",
        "https://example.com\\@evil.example",
        "http://[::1",
        "https://%65xample.com",
    ],
)
def test_an_address_that_leads_elsewhere_than_it_says_is_refused(raw: str) -> None:
    assert refusal(URL, raw) == "url"


def test_the_rest_of_an_address_keeps_its_letters() -> None:
    assert parse(URL, "HTTPS://Example.COM/Path?Q=a%20b") == "https://example.com/Path?Q=a%20b"


def test_stars_are_counted_in_both_languages() -> None:
    rating = field_of("rating", stars=3)
    assert rating.type.choices(rating, READER)[0] == ("1", "1 star")
    assert rating.type.choices(rating, CHINESE)[2] == ("3", "3 颗星")
    assert show(rating, 2) == "★★☆"
    assert refusal(rating, "4") == "rating"
