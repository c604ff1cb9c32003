"""A new key is written wherever the field is meant, and nowhere else."""

from typing import Any

import pytest

from tests.builder.commands.support import Desk
from tests.builder.factory import automation, field, form, message, rule

RULES = [
    rule("r", {"properties": {"a": {"const": {"fact": "record.a"}}, "b": {"const": "a"}}, "required": ["a"]},
         show=["a", "b"], set={"a": 'IF(a = "a", record.a, before_a)'}),
    rule("s", {"anyOf": [{"not": {"required": ["a"]}}, {"allOf": [{"required": ["b"]}]}]}, require=["b"]),
]  # fmt: skip
ORDER = form(
    "order",
    {
        "a": field("text", {"enum": []}, title="a", initial="user.name & a"),
        "b": field("formula", formula='a & " a " & record.a & ab'),
        "ab": field("text", initial="a +"),  # half written
        "c": field("reference", form="order", fill={"a": "a"}, offer={"required": ["a"]}),
        "d": field("reference", form="person", offer={"properties": {"a": {"const": {"fact": "record.a"}}}}),
        "e": field("lookup", through="c", field="a"),
    },
    ("a", "b"),
    title_field="a",
    owner_field="b",
    list={"columns": ["b", "a"], "sort": "-a"},
    layout=[{"rows": [["b", {"field": "a", "span": 8}], ["ab"]]}],
    unique=[["a", "b"], ["ab"]],
    rules=RULES,
    checks=[{"key": "a", "formula": 'a <> "a"', "at": "a", "message": "a"}],
)
PERSON = form(
    "person",
    {
        "a": field("text"),
        "order": field(
            "reference", form="order", fill={"a": "a"}, offer={"properties": {"a": {"const": "a"}}}
        ),
        "shown": field("lookup", through="order", field="a"),
        "own": field("formula", formula="a & record.a"),
    },
)
EVENT = {
    "properties": {
        "record": {"properties": {"a": {"const": {"fact": "before.a"}}}, "required": ["a"]},
        "changed": {"contains": {"const": "a"}},
    },
    "required": ["record"],
}
NOTIFY = {"type": "notify", "message": "m", "to": [{"field": "a"}, {"manager_of": "a"}, {"role": "a"}]}
WRITE = {"type": "update_records", "form": "order", "match": {"a": "record.a"}, "set": {"a": "before.a & b"}}
TELL = automation("tell", "order", NOTIFY, WRITE, when=EVENT)
OTHER = automation("other", "person", WRITE, when=EVENT)
TEXT = "{{ a }} {{ab}}{% if a == 'a' %}{{ record.values.a | upcase }}{% endif %} a {% assign b = a %}{{ b }}"


def renamed(*documents: Any) -> Desk:
    desk = Desk(ORDER, PERSON, TELL, OTHER, message("m", TEXT, "order"), message("n", TEXT, "person"))
    desk.order("field.rename", field="a", key="z")
    return desk


def test_the_form_names_its_field_anew() -> None:
    document = renamed().form()
    assert list(document["properties"]) == ["z", "b", "ab", "c", "d", "e"]
    assert document["required"] == ["z", "b"]
    own = document["fw"]
    assert (own["title_field"], own["owner_field"]) == ("z", "b")
    assert own["list"] == {"columns": ["b", "z"], "sort": "-z"}
    assert own["layout"] == [{"rows": [["b", {"field": "z", "span": 8}], ["ab"]]}]
    assert own["unique"] == [["z", "b"], ["ab"]]


def test_formulas_are_rewritten_by_their_names_not_by_their_text() -> None:
    document = renamed().form()
    fields = document["properties"]
    assert fields["b"]["fw"]["formula"] == 'z & " a " & record.z & ab'
    assert fields["z"]["fw"] == {"type": "text", "title": "a", "initial": "user.name & z"}
    assert fields["ab"]["fw"]["initial"] == "a +"
    assert document["fw"]["checks"] == [{"key": "a", "formula": 'z <> "a"', "at": "z", "message": "a"}]


def test_rules_are_rewritten_in_condition_and_effects() -> None:
    first, second = renamed().form()["fw"]["rules"]
    assert first["when"] == {
        "properties": {"z": {"const": {"fact": "record.z"}}, "b": {"const": "a"}},
        "required": ["z"],
    }
    assert first["then"] == {"show": ["z", "b"], "set": {"z": 'IF(z = "a", record.z, before_a)'}}
    assert second["when"] == {"anyOf": [{"not": {"required": ["z"]}}, {"allOf": [{"required": ["b"]}]}]}


def test_references_follow_the_form_that_they_point_to() -> None:
    desk = renamed()
    own, other = desk.form()["properties"], desk.form("person")["properties"]
    assert own["c"]["fw"] == {
        "type": "reference",
        "form": "order",
        "fill": {"z": "z"},
        "offer": {"required": ["z"]},
    }
    assert own["d"]["fw"]["offer"] == {"properties": {"a": {"const": {"fact": "record.z"}}}}
    assert own["e"]["fw"]["field"] == "z"
    assert other["order"]["fw"]["fill"] == {"a": "z"}
    assert other["order"]["fw"]["offer"] == {"properties": {"z": {"const": "a"}}}
    assert other["shown"]["fw"]["field"] == "z"
    assert other["own"]["fw"]["formula"] == "a & record.a"


def test_automations_follow_what_started_them_and_what_they_write() -> None:
    desk = renamed()
    notify, write = desk.get("automation", "tell")["actions"]
    assert notify["to"] == [{"field": "z"}, {"manager_of": "z"}, {"role": "a"}]
    assert (write["match"], write["set"]) == ({"z": "record.z"}, {"z": "before.z & b"})
    assert desk.get("automation", "tell")["when"]["properties"] == {
        "record": {"properties": {"z": {"const": {"fact": "before.z"}}}, "required": ["z"]},
        "changed": {"contains": {"const": "z"}},
    }
    other = desk.get("automation", "other")
    assert other["when"] == EVENT
    assert (other["actions"][0]["match"], other["actions"][0]["set"]) == (
        {"z": "record.a"},
        {"z": "before.a & b"},
    )


def test_messages_are_rewritten_by_their_variables() -> None:
    desk = renamed()
    wanted = (
        "{{ z }} {{ab}}{% if z == 'a' %}{{ record.values.z | upcase }}{% endif %} a {% assign b = z %}{{ b }}"
    )
    assert desk.get("message", "m")["body"] == {"en": wanted}
    assert desk.get("message", "n")["body"] == {"en": TEXT}


def test_a_name_that_a_text_makes_itself_is_not_the_field() -> None:
    text = "{% for a in b %}{{ a }}{% endfor %}{{ a }}"
    desk = Desk(ORDER, message("m", text, "order"))
    desk.order("field.rename", field="a", key="z")
    assert desk.get("message", "m")["body"] == {"en": "{% for a in b %}{{ a }}{% endfor %}{{ z }}"}


@pytest.mark.parametrize(
    "key, code", [("b", "key_twice"), ("id", "reserved_key"), ("A", "key"), ("1", "key"), ("x" * 41, "key")]
)
def test_an_unfit_key_is_refused(key: str, code: str) -> None:
    assert Desk(ORDER).refused("field.rename", field="a", key=key) == code


def test_the_key_of_a_published_field_stays() -> None:
    published = form("order", {"a": field("text")})
    desk = Desk(ORDER, in_force=(published,))
    assert desk.refused("field.rename", field="a", key="z") == "published"
    desk.order("field.rename", field="b", key="bee")


def test_documents_that_do_not_name_the_field_are_left_alone() -> None:
    desk = Desk(ORDER, PERSON)
    before = desk.documents
    desk.order("field.rename", field="ab", key="abc")
    changed = {target for target, document in desk.documents.items() if document is not before[target]}
    assert [target.key for target in changed] == ["order"]
