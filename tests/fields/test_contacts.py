"""E-mail addresses and phone numbers."""

import pytest

from runtime.fields import FieldError
from tests.fields.support import field_of, parse, refusal, show

EMAIL = field_of("email")
PHONE = field_of("phone")


@pytest.mark.parametrize(
    "raw, value",
    [
        ("Li.Wei@Example.COM", "Li.Wei@example.com"),
        (" li+crm@example.com ", "li+crm@example.com"),
        ("ｌｉ＠ｅｘａｍｐｌｅ．ｃｏｍ", "li@example.com"),
        ("info@xn--mnchen-3ya.de", "info@münchen.de"),
        ("李@例子.中国", "李@例子.中国"),
    ],
)
def test_an_address_is_stored_as_mail_systems_compare_it(raw: str, value: str) -> None:
    assert parse(EMAIL, raw) == value


@pytest.mark.parametrize(
    "raw",
    [
        "li",
        "@example.com",
        "li@",
        "li@@example.com",
        "li@example.com\r\nBcc: x@example.com",
        "li@example.com\nx",
        "a@example.com,b@example.com",
        "a@example.com b@example.com",
        "Li <li@example.com>",
        '"li"@example.com',
        "li@[127.0.0.1]",
        "li@localhost",
        "x" * 65 + "@example.com",
        "x@" + "y" * 320 + ".com",
        "li@exam\u200bple.com",
    ],
)
def test_what_is_not_one_plain_address_is_refused(raw: str) -> None:
    assert refusal(EMAIL, raw) == "email"
    with pytest.raises(FieldError):
        EMAIL.type.normalise(raw, EMAIL)


@pytest.mark.parametrize(
    "raw, value",
    [
        ("138 0013 8000", "+8613800138000"),
        ("+86 138-0013-8000", "+8613800138000"),
        ("0086 13800138000", "+8613800138000"),
        ("400-800-1234", "+864008001234"),
        ("(010) 6234 5678", "+861062345678"),
        ("010-62345678 ext. 801", "+861062345678x801"),
        ("010-62345678 x801", "+861062345678x801"),
        ("+49 30 901820", "+4930901820"),
    ],
)
def test_a_phone_number_is_stored_internationally(raw: str, value: str) -> None:
    assert parse(PHONE, raw) == value
    assert PHONE.type.normalise(raw, PHONE) == value


@pytest.mark.parametrize(
    "raw",
    [
        "12345",
        "1380013800",
        "138001380000",
        "0",
        "+",
        "13800138000a",
        "1-800-FLOWERS",
        "١٣٨٠٠١٣٨٠٠٠",
        "１３８O0138000",
    ],
)
def test_a_number_that_nobody_has_is_refused(raw: str) -> None:
    assert refusal(PHONE, raw) == "phone"


def test_the_region_of_the_field_reads_local_numbers() -> None:
    field = field_of("phone", region="US")
    assert parse(field, "650-253-0000") == "+16502530000"
    assert refusal(field, "13800138000") == "phone"


def test_a_region_that_does_not_exist_is_refused_at_publish() -> None:
    field = field_of("phone", region="XX")
    with pytest.raises(FieldError):
        field.type.check_options(field)


def test_a_number_is_shown_as_people_of_the_region_write_it() -> None:
    assert show(PHONE, "+8613800138000") == "138 0013 8000"
    assert show(PHONE, "+861062345678x801") == "010 6234 5678 x801"
    assert show(PHONE, "+16502530000") == "+1 650-253-0000"
    assert show(PHONE, "as it was") == "as it was"


@pytest.mark.parametrize("value", ["+8613800138000", "+861062345678x801", "+16502530000", "+864008001234"])
def test_a_number_survives_its_control(value: str) -> None:
    raw = PHONE.type.to_raw(value, PHONE, ("en", "UTC"))
    assert parse(PHONE, raw) == value
