"""What messages may say, and that what people typed stays text in them."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from runtime.definitions.documents import Form, MessageDoc, parse_form, parse_message
from runtime.errors import PermanentError
from runtime.fields import Reader
from runtime.notifications import messages
from runtime.notifications.liquid import environment
from runtime.notifications.messages import Record

FORM = {
    "$schema": "urn:formwright:form:1",
    "$id": "urn:formwright:followup:visit",
    "title": "Visit",
    "type": "object",
    "properties": {
        "heading": {"fw": {"type": "heading"}},
        "customer": {"type": "integer", "fw": {"type": "reference", "form": "customer"}},
        "owner": {"type": "integer", "fw": {"type": "member"}},
        "content": {"type": "string", "fw": {"type": "long_text"}},
        "result": {
            "enum": ["interested", "refused"],
            "fw": {"type": "choice", "labels": {"interested": {"en": "Interested", "zh": "有意向"}}},
        },
        "remind": {"type": "boolean", "fw": {"type": "yes_no"}},
        "next_on": {"type": "string", "format": "date", "fw": {"type": "date"}},
        "seen_at": {"type": "string", "format": "date-time", "fw": {"type": "datetime"}},
        "amount": {"type": "number", "fw": {"type": "money", "currency": "CNY"}},
    },
}


class People:
    """Names of three things."""

    def record(self, form: str, record_id: int) -> str | None:
        return {1: "Acme *Ltd*"}.get(record_id)

    def member(self, user_id: int) -> str | None:
        return {2: "Bob"}.get(user_id)

    def file(self, key: str) -> str | None:
        return None

    def department(self, department_id: int) -> str | None:
        return None


def form() -> Form:
    return parse_form(
        FORM, app="followup", definition_id=1, version_id=1, number=1, table_name="t", zone="Asia/Shanghai"
    )


def message(body: str = "", subject: str = "Subject", short: str = "") -> MessageDoc:
    texts = {"subject": {"en": subject}, "body": {"en": body}, "short": {"en": short}}
    document = {"$schema": "urn:formwright:message:1", "key": "m", "purpose": "Test", **texts}
    return parse_message(document, app="followup", definition_id=1, version_id=1, number=1)


def context(locale: str = "en", **values: Any) -> dict[str, Any]:
    return messages.context_for(
        form(),
        values,
        record=Record(7, "FU-1", "http://localhost:8000/apps/followup/forms/visit/7/?a=b_c_(d)"),
        starter="Alice",
        recipient="Bob",
        app="Follow-up",
        today=date(2026, 11, 21),
        reader=Reader(locale, "Asia/Shanghai"),
        names=People(),
    )


def body(text: str, locale: str = "en", **values: Any) -> str:
    """The HTML of a body text."""
    return messages.html(messages.render(message(text), locale, context(locale, **values)).body).strip()


def codes(text: str, part: str = "body") -> list[str]:
    document: dict[str, Any] = {"subject": {"en": "S"}, "body": {"en": "B"}}
    document[part] = {"en": text}
    found = messages.check(document, messages.variables_for(form(), lambda _form: {}), ["en"])
    assert all(problem.path[0] == part and problem.message for problem in found)
    return [problem.code for problem in found]


def test_fields_are_written_as_the_recipient_reads_them() -> None:
    values = {
        "customer": 1,
        "owner": 2,
        "result": "interested",
        "remind": True,
        "next_on": "2026-11-24",
        "seen_at": "2026-11-21T22:30:00Z",
        "amount": Decimal("1234.5"),
    }
    text = "{{ customer }}|{{ owner }}|{{ result }}|{{ remind }}|{{ next_on }}|{{ seen_at }}|{{ amount }}"

    english = messages.render(message(subject=text), "en", context("en", **values)).subject
    assert english == "Acme *Ltd*|Bob|Interested|Yes|Nov 24, 2026|Nov 22, 2026 6:30 AM|CN¥1,234.50"
    both = parse_message(
        {
            **{"key": "m", "purpose": "Test", "body": {}},
            "subject": {"en": "no", "zh": text},
        },
        app="followup",
        definition_id=1,
        version_id=1,
        number=1,
    )
    chinese = messages.render(both, "zh", context("zh", **values)).subject
    assert chinese == "Acme *Ltd*|Bob|有意向|是|2026年11月24日|2026年11月22日 06:30|¥1,234.50"


def test_an_empty_field_is_blank_and_can_be_asked_for() -> None:
    text = "{{ content }}[{% if content %}x{% else %}none{% endif %}]{{ content | default: 'nothing' }}"

    assert messages.render(message(subject=text), "en", context()).subject == "[none]nothing"


def test_numbers_dates_and_answers_compare_as_what_they_are() -> None:
    values = {"amount": Decimal("1234.5"), "remind": False, "next_on": "2026-11-21", "result": "refused"}
    text = (
        "{% if amount > 1000 %}large{% endif %} {% if remind %}wrong{% else %}calm{% endif %} "
        "{% if next_on == today %}today{% endif %} {% if record.values.result == 'refused' %}no{% endif %}"
    )

    assert messages.render(message(subject=text), "en", context(**values)).subject == "large calm today no"


def test_filters_shape_dates_and_numbers() -> None:
    text = (
        "{{ next_on | date: 'full' }} {{ seen_at | date }} {{ amount | money: 'EUR' }} "
        "{{ amount | number: 1 }} "
        "{{ customer | upcase }} {{ content | date }}{{ content | money: 'EUR' }}{{ content | number }}"
    )
    values = {
        "next_on": "2026-11-24",
        "seen_at": "2026-11-21T22:30:00Z",
        "amount": Decimal("9.25"),
        "customer": 1,
    }

    rendered = messages.render(message(subject=text), "en", context(**values)).subject
    assert rendered == "Tuesday, November 24, 2026 Nov 22, 2026 €9.25 9.2 ACME *LTD*"


def test_a_language_without_text_falls_back_to_the_default() -> None:
    assert messages.render(message(subject="Hi"), "zh", context("zh")).subject == "Hi"


def test_the_subject_is_one_line() -> None:
    rendered = messages.render(
        message(subject="Visit\n{{ content }}"), "en", context(content="a\r\nBcc: x@example.com\x0b\u2028b")
    )

    assert rendered.subject == "Visit a Bcc: x@example.com b"
    assert (
        len(messages.render(message(subject="{{ content }}"), "en", context(content="x" * 900)).subject)
        == 200
    )


@pytest.mark.parametrize(
    "typed",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        '![](x" onerror=alert(1))',
        "<a href='jav&#x09;ascript:alert(1)'>x</a>",
        "{{7*7}} {{ record.id }} {% if true %}x{% endif %}",
        "${7*7} <%= 7*7 %> #{7*7}",
        "# no heading",
        "1. no list",
        "- no list",
        "> no quote",
        "`no code`",
        "**not bold** _nor slanted_",
        "http://example.com <http://example.com>",
        "[a]: http://example.com",
        "&lt;b&gt; &amp;",
        "\\*back\\",
        "---",
        "===",
    ],
)
def test_what_a_person_typed_appears_as_it_was_typed(typed: str) -> None:
    shown = body("{{ content }}", content=typed)

    assert _text(shown) == typed


def _text(html: str) -> str:
    """The text that a browser shows for a paragraph."""
    assert html.startswith("<p>") and html.endswith("</p>")
    inner = html.removeprefix("<p>").removesuffix("</p>").replace("<br>", "")
    assert "<" not in inner
    for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&nbsp;", "\xa0"), ("&amp;", "&")):
        inner = inner.replace(entity, char)
    return inner


CHARS = st.text(st.characters(min_codepoint=33, max_codepoint=126) | st.sampled_from(" é客\n"), max_size=60)


@given(
    CHARS.filter(str.strip),
    st.sampled_from(["{}", "**{}**", "# {}", "- {}", "> {}", "[{}](http://a.example)", "`{}`", "a {} b"]),
)
def test_no_value_becomes_markup(value: str, around: str) -> None:
    source = around.replace("{}", "{{ content }}")
    tags = set(_tags(body(source, content=value)))

    assert tags <= set(_tags(body(source, content="x"))) | {"<br>", "<p>", "</p>"}


def _tags(html: str) -> list[str]:
    return re.findall(r"<[^>]*>", html)


@given(CHARS.filter(str.strip))
def test_a_value_alone_reads_back_as_it_was(value: str) -> None:
    lines = [line.strip(" ") for line in value.strip().split("\n")]

    assert _text(body("{{ content }}", content=value)) == "\n".join(lines)


def test_the_authors_markdown_keeps_its_marks_and_our_links() -> None:
    shown = body("**Hello** {{ recipient.name }}: [Open]({{ link }})\n\n- one\n- two")

    assert "<strong>Hello</strong> Bob" in shown
    assert '<a href="http://localhost:8000/apps/followup/forms/visit/7/?a=b_c_%28d%29"' in shown
    assert "<li>one</li>" in shown


PICTURE_AS_LINK = '<a href="http://evil.example/pixel.png" rel="noopener noreferrer">'


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,x)",
        "[x](//evil.example)",
        "[x](/local)",
        "![x](http://evil.example/pixel.png)",
        "<img src=x onerror=alert(1)>",
        '<div hx-get="/admin" hx-trigger="load">x</div>',
    ],
)
def test_even_the_author_cannot_write_html_scripts_or_pictures(text: str) -> None:
    shown = body(text)

    assert set(_tags(shown)) <= {"<p>", "</p>", '<a rel="noopener noreferrer">', "</a>"} | {PICTURE_AS_LINK}


@pytest.mark.parametrize(
    "typed", ["javascript:alert(1)", "//evil.example", "data:text/html,x", "x) [y](http://z.example"]
)
def test_a_value_as_the_target_of_a_link_leads_nowhere_unsafe(typed: str) -> None:
    assert "href" not in body("[x]({{ content }})", content=typed)


def test_the_plain_text_has_no_marks_and_names_the_links() -> None:
    text = "**Hello** {{ recipient.name }}\n\n- {{ content }}\n- two\n\n[Open](http://a.example/x) <http://b.example>"
    rendered = messages.render(message(text), "en", context(content="a*b\nc"))

    assert messages.plain(rendered.body) == (
        "Hello Bob\n\n- a*b\nc\n- two\n\nOpen (http://a.example/x) http://b.example"
    )


ATTACKS = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ ''.__class__ }}",
    "{{ content.__class__.__init__.__globals__ }}",
    "{{ content.__class__ }}",
    "{{ content['__class__'] }}",
    "{{ content[content] }}",
    "{{ record.__init__ }}",
    "{{ record.query.delete() }}",
    "{{ rec.query.delete }}",
    "{{ user.password_hash }}",
    "{{ recipient.password_hash }}",
    "{{ starter.email }}",
    "{{ config.SECRET_KEY }}",
    "{{ self }}",
    "{{ request.application }}",
    "{{ url_for.__globals__ }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ lipsum.__globals__['os'] }}",
    "{{ ().__class__ }}",
    "{{ [].append(1) }}",
    "{% for i in range(10**9) %}x{% endfor %}",
    "{% for i in (1..1000000000) %}x{% endfor %}",
    "{{ (1..1000000000) | join: ',' }}",
    '{{ "x"*10**9 }}',
    '{{ "%1000000000d"|format(1) }}',
    "{{ content | map: '__class__' }}",
    "{{ content | attr: '__class__' }}",
    "{% import os %}",
    "{% include 'x' %}",
    "{% render 'x' %}",
    "{% extends 'x' %}",
    "{% set x = 1 %}",
    "{% capture x %}{{ content }}{% endcapture %}",
    "{% tablerow x in content %}{% endtablerow %}",
    "{% liquid assign x = config %}",
    "{% echo config %}",
    "{% assign x = config %}{{ x.SECRET_KEY }}",
    "{% assign x = content | upcase %}{{ x.__class__ }}",
    "{% for x in content %}{{ x.__class__ }}{% endfor %}",
    "{% if user.is_admin %}x{% endif %}",
    "{% case secret %}{% when 1 %}{% endcase %}",
    "{{ forloop.parentloop }}",
    "{{ now }}",
]


@pytest.mark.parametrize("text", ATTACKS)
@pytest.mark.parametrize("part", ["subject", "body"])
def test_an_attack_is_refused_when_it_is_saved(app: Flask, text: str, part: str) -> None:
    assert codes(text, part)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello {{ recipient.name }}, {{ starter.name }}, {{ app.title }}, {{ today | date: 'long' }}", []),
        (
            "{{ customer }} {{ record.values.customer }} {{ record.title }} {{ record.id }} {{ link }}",
            [],
        ),
        ("{% if content %}{{ content | truncate: 10 }}{% elsif remind %}x{% else %}y{% endif %}", []),
        ("{% assign who = customer %}{{ who }} {% comment %}{{ nobody }}{% endcomment %}", []),
        ("{% for part in content %}{{ part }} {{ forloop.index }}{% endfor %}", []),
        ("{{ gone }}", ["unknown_variable"]),
        ("{{ heading }}", ["unknown_variable"]),
        ("{{ record }}", ["unknown_variable"]),
        ("{{ record.values.gone }}", ["unknown_variable"]),
        ("{{ forloop.index }}", ["unknown_variable"]),
        ("{{ content | nothing }}", ["unknown_filter"]),
        ("{{ next_on | date: 'long', 2, 3 }}", ["filter_arguments"]),
        ("{{ next_on | date: '%Y' }}", ["filter_arguments"]),
        ("{{ amount | money }}", ["filter_arguments"]),
        ("{{ amount | money: 'yuan' }}", ["filter_arguments"]),
        ("{{ amount | number: 99 }}", ["filter_arguments"]),
        ("{% if content %}", ["syntax"]),
        ("{{ content", ["syntax"]),
        ("{{ content }}" * 600, ["too_many_parts"]),
        ("{% for x in content %}" + "{{ x }}" * 30 + "{% endfor %}", ["too_many_in_loops"]),
        ("{% for x in content %}" + "{{ x }}" * 10 + "{% endfor %}", []),
        ("x" * 20_001, ["too_long"]),
        ("   ", ["missing_language"]),
        ("{% if content %}" * 30 + "{% endif %}" * 30, ["syntax"]),
        ("{% if content" + " and content" * 1_500 + " %}x{% endif %}", None),
    ],
)
def test_a_text_is_checked_when_it_is_saved(app: Flask, text: str, expected: list[str] | None) -> None:
    found = codes(text)

    assert found == expected if expected is not None else found


def test_a_problem_names_the_line(app: Flask) -> None:
    document = {"subject": {"en": "S"}, "body": {"en": "one\ntwo\n{{ gone }}"}}

    (problem,) = messages.check(document, messages.variables_for(form(), lambda _form: {}), ["en"])
    assert (problem.path, problem.message) == (("body", "en"), "Line 3: there is no “gone” here.")


def test_every_language_of_the_app_needs_a_text(app: Flask) -> None:
    document = {"subject": {"en": "S", "zh": "主题"}, "body": {"en": "B"}, "short": {"zh": "短"}}

    found = messages.check(document, messages.variables_for(None, lambda _form: {}), ["en", "zh"])
    assert [(problem.path, problem.params["language"]) for problem in found] == [
        (("body",), "zh"),
        (("short",), "en"),
    ]


def test_a_field_that_was_removed_later_is_blank_when_sent() -> None:
    assert (
        messages.render(message(subject="[{{ gone }}{{ gone.more | date }}]"), "en", context()).subject
        == "[]"
    )


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("{{ content }}" * 4, {"content": "x" * 20_000}),
        ("{% if content > 3 %}x{% endif %}", {"content": "abc"}),
        ("{{ broken", {}),
    ],
)
def test_a_text_that_cannot_be_sent_is_a_permanent_error(text: str, values: dict[str, Any]) -> None:
    with pytest.raises(PermanentError):
        messages.render(message(text), "en", context(**values))


MANUAL = (Path(__file__).parents[2] / "docs" / "admins" / "messages.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted({*environment("en", as_markdown=True).filters, *messages.GENERAL}))
def test_the_manual_names_every_filter_and_variable(name: str) -> None:
    assert re.search(rf"[`{{ ]{re.escape(name)}[` }}]", MANUAL)
