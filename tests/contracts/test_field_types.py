"""What holds for every field type: a new file in runtime/fields is covered without a line here."""

from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask
from jsonschema import Draft202012Validator
from sqlalchemy import Column, Engine, Integer, MetaData, Table, create_engine, insert, select
from werkzeug.datastructures import MultiDict
from wtforms.form import BaseForm

from runtime.fields import FIELD_TYPES, NOBODY, Field, FieldError, FieldType
from tests.fields.support import CHINESE, READER, Everybody, example_field
from tests.support.postgres import Postgres

every_type = pytest.mark.parametrize("kind", FIELD_TYPES)
EXAMPLES = [(kind, raw, value) for kind, one in FIELD_TYPES.items() for raw, value in one.examples]
COUNTEREXAMPLES = [(kind, raw) for kind, one in FIELD_TYPES.items() for raw in one.counterexamples]
every_example = pytest.mark.parametrize("kind, raw, value", EXAMPLES, ids=lambda part: ascii(part)[:40])
every_counterexample = pytest.mark.parametrize(
    "kind, raw", COUNTEREXAMPLES, ids=lambda part: ascii(part)[:40]
)
STRANGERS = (
    True,
    0,
    -1,
    1.5,
    Decimal("1e30"),
    2**63,
    "",
    "x",
    "2026-02-29",
    "0000-01-01",
    [],
    {},
    ["x"],
    None,
)


def verdicts(field: Field, value: Any) -> tuple[bool, bool]:
    """What both validators say; formats are judged where a validator judges them."""
    schema = field.type.value_schema(field)
    ours = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    theirs = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    return ours.is_valid(value), theirs.is_valid(value)


def taken(field: Field, raw: Any) -> bool:
    """Whether a raw value passes everything that judges it."""
    try:
        value = field.type.parse(raw, field, READER)
        if not all(verdicts(field, value)):
            return False
        field.type.check(value, field)
    except FieldError:
        return False
    return True


@every_type
def test_a_type_says_who_it_is(kind: str) -> None:
    one = FIELD_TYPES[kind]
    assert one.name == kind == type(one).__module__.rpartition(".")[2]
    assert one.label and one.icon and one.template.startswith("fields/")
    assert one.group in ("common", "people", "link", "layout")
    assert len((type(one).__doc__ or "").strip()) > 40 and type(one).__doc__ is not FieldType.__doc__
    assert one.examples or not one.stored
    assert one.counterexamples


@every_type
def test_the_options_are_a_schema_that_a_property_panel_can_show(kind: str) -> None:
    schema = FIELD_TYPES[kind].options
    Draft202012Validator.check_schema(schema)
    assert schema["type"] == "object" and schema["additionalProperties"] is False
    for part in schema["properties"].values():
        assert part["title"] and part["description"]
        assert all(Draft202012Validator(part).is_valid(example) for example in part["examples"])
        assert part["examples"]


@every_type
def test_the_example_options_are_allowed(kind: str) -> None:
    one = FIELD_TYPES[kind]
    assert Draft202012Validator(one.options).is_valid(one.example_options)
    one.check_options(example_field(kind))


@every_example
def test_an_example_is_read(kind: str, raw: Any, value: Any) -> None:
    assert FIELD_TYPES[kind].parse(raw, example_field(kind), READER) == value


@every_example
def test_a_value_comes_back_from_its_control(kind: str, raw: Any, value: Any) -> None:
    field = example_field(kind)
    again = field.type.to_raw(value, field, READER)
    assert field.type.parse(again, field, READER) == value


@every_example
def test_an_example_is_canonical(kind: str, raw: Any, value: Any) -> None:
    field = example_field(kind)
    assert field.type.normalise(value, field) == value


@every_example
def test_both_validators_accept_an_example(kind: str, raw: Any, value: Any) -> None:
    field = example_field(kind)
    assert verdicts(field, value) == (True, True)
    field.type.check(value, field)


@every_counterexample
def test_a_counterexample_is_refused(kind: str, raw: Any) -> None:
    assert not taken(example_field(kind), raw)


@every_type
@pytest.mark.parametrize("value", STRANGERS, ids=repr)
def test_both_validators_agree_on_foreign_values(kind: str, value: Any) -> None:
    ours, theirs = verdicts(example_field(kind), value)
    assert ours == theirs


@every_type
@pytest.mark.parametrize("value", STRANGERS, ids=repr)
def test_a_foreign_value_raises_nothing_but_a_field_error(kind: str, value: Any) -> None:
    field = example_field(kind)
    with suppress(FieldError):
        again = field.type.normalise(value, field)
        if again is not None and verdicts(field, again)[0]:
            field.type.check(again, field)


@every_type
@pytest.mark.parametrize("raw", ["", "   ", "\u200b", "\xa0\u3000", "\u202e\u2060", "\u3164"], ids=ascii)
def test_a_blank_is_empty(kind: str, raw: str) -> None:
    field = example_field(kind)
    assert field.type.parse(raw, field, READER) in ((False,) if kind == "yes_no" else (None,))


@every_type
@pytest.mark.parametrize("raw", ["a\x00b", "\ud800", "1" * 1_000_001], ids=lambda raw: ascii(raw)[:9])
def test_a_poisonous_text_is_refused_by_name(kind: str, raw: str) -> None:
    field = example_field(kind)
    with pytest.raises(FieldError) as caught:
        field.type.parse(raw, field, READER)
    assert caught.value.code in ("characters", "maxLength")


@every_type
def test_an_empty_value_shows_as_nothing(kind: str) -> None:
    field = example_field(kind)
    assert field.type.display(None, field, READER, NOBODY) == ""
    assert field.type.to_raw(None, field, READER) == ""
    assert field.type.to_column(None, field) is None


@every_example
def test_a_value_shows_as_text_in_both_languages(kind: str, raw: Any, value: Any) -> None:
    field = example_field(kind)
    for reader in (READER, CHINESE):
        for names in (NOBODY, Everybody()):
            shown = field.type.display(value, field, reader, names)
            assert isinstance(shown, str) and shown


@every_type
def test_the_control_gives_back_what_was_typed(kind: str) -> None:
    field = example_field(kind)
    form = BaseForm([(field.key, field.type.control(field))])
    form.process(MultiDict({field.key: " twelve\u3000"}))
    assert form[field.key].data == " twelve\u3000"


@every_type
def test_attributes_and_choices_are_texts(kind: str) -> None:
    field = example_field(kind)
    attributes = field.type.attributes(field, READER)
    assert all(isinstance(part, str) and part for pair in attributes.items() for part in pair)
    assert not {"name", "id", "value", "class"} & attributes.keys()
    assert all(isinstance(part, str) and part for pair in field.type.choices(field, CHINESE) for part in pair)


@every_type
def test_the_template_exists(kind: str, app: Flask) -> None:
    assert app.jinja_env.get_template(FIELD_TYPES[kind].template)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    if request.param == "sqlite":
        url = "sqlite://"
    else:
        server: Postgres = request.getfixturevalue("postgres")
        server.execute("CREATE DATABASE field_types")
        url = server.url("field_types").replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(url)
    yield engine
    engine.dispose()
    if request.param == "postgres":
        server.execute("DROP DATABASE field_types WITH (FORCE)")


@pytest.mark.parametrize("kind", [kind for kind, one in FIELD_TYPES.items() if one.stored])
def test_a_stored_value_comes_back_sorts_and_is_found(kind: str, engine: Engine) -> None:
    field = example_field(kind)
    values = [value for _, value in field.type.examples]
    table = Table(
        f"t_{kind}",
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("x", field.type.column(field)),
    )
    with engine.begin() as connection:
        table.create(connection)
        for n, value in enumerate([*values, None]):
            connection.execute(insert(table).values(id=n, x=field.type.to_column(value, field)))
        stored = connection.execute(select(table.c.x).order_by(table.c.id)).scalars().all()
        found = [connection.execute(select(table.c.id).where(table.c.x == v)).scalars().all() for v in values]
        least = (
            connection.execute(select(table.c.x).where(table.c.x.is_not(None)).order_by(table.c.x))
            .scalars()
            .first()
        )
    assert [field.type.from_column(one, field) for one in stored] == [*values, None]
    assert all(n in ids for n, ids in enumerate(found))
    if field.type.value_type_of(field).value != "text":  # how texts sort is the database's affair
        assert field.type.from_column(least, field) == min(values)
