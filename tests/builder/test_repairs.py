"""Repairs of problems: each does away with its problem, makes no other, and can be taken back."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from builder import checks, repairs
from builder.checks import Context
from builder.commands import COMMANDS, Target
from builder.repairs import REPAIRS, Repair
from runtime.errors import Problem
from tests.builder.commands.support import Desk, Document, speaking
from tests.builder.factory import APP, automation, field, form, message, rule, update
from tests.builder.test_checks import CUSTOMER, ORDER, changed, with_fields
from tests.support.world import World, world_on

pytestmark = pytest.mark.usefixtures("app")
NOTIFY = {"type": "notify", "message": "greeting", "to": [{"field": "owner"}]}
GREETING = {
    **message("greeting", "", on="order"),
    "subject": {"en": "Hello", "zh": "您好"},
    "body": {"en": "Hello", "zh": "您好"},
}


def judged(desk: Desk, target: Target) -> list[Problem]:
    with speaking():
        return checks.run(target.kind, desk.get(*target), seen(desk))


def seen(desk: Desk) -> Context:
    return Context(APP, {tuple(each): document for each, document in desk.documents.items()})


def repair_of(document: Document, code: str, *others: Document) -> tuple[Desk, Target, Repair | None]:
    """The desk with these documents, and the repair of the first problem of this code in the first one."""
    desk = Desk(CUSTOMER, ORDER, *others, document)
    kind = document["$schema"].split(":")[2]
    key = document["$id"].rpartition(":")[2] if kind == "form" else document["key"]
    target = Target(kind, key)
    problem = next(each for each in judged(desk, target) if each.code == code)
    with speaking():
        return desk, target, repairs.find(kind, document, problem, seen(desk))


def mended(document: Document, code: str, *others: Document) -> Document:
    """The document after its repair; what the desk did can be taken back, as it asserts itself."""
    desk, target, repair = repair_of(document, code, *others)
    before = {(each.path, each.message) for each in judged(desk, target)}
    assert repair is not None and repair.told
    desk.do(*target, repair.command, repair.arguments)
    after = {(each.path, each.message) for each in judged(desk, target)}
    assert after < before
    return desk.get(*target)


def test_a_required_field_that_is_always_hidden_is_required_no_longer() -> None:
    document = changed(CUSTOMER, rules=[rule("r", {}, hide=["name"])])
    assert "required" not in mended(document, "hidden_required")


@pytest.mark.parametrize(
    ("own", "left"),
    [
        ({"list": {"columns": ["name", "nobody"]}}, {"columns": ["name"]}),
        ({"list": {"columns": ["nobody"]}}, None),
        ({"list": {"columns": ["name"], "sort": "-nobody"}}, {"columns": ["name"]}),
    ],
)
def test_a_list_leaves_out_a_column_or_sort_that_is_gone(own: Any, left: Any) -> None:
    assert mended(changed(CUSTOMER, **own), "unknown_field")["fw"].get("list") == left


def test_a_title_that_is_gone_is_left_out() -> None:
    assert "title_field" not in mended(changed(CUSTOMER, title_field="nobody"), "unknown_field")["fw"]


@pytest.mark.parametrize(("name", "code"), [("nobody", "unknown_field"), ("name", "not_a_member")])
def test_whose_the_records_are_is_left_to_people(name: str, code: str) -> None:
    assert repair_of(changed(CUSTOMER, owner_field=name), code)[2] is None


def test_what_may_not_repeat_is_left_out_where_its_only_field_is_gone() -> None:
    document = changed(CUSTOMER, unique=[["name"], ["nobody"]])
    assert mended(document, "unknown_field")["fw"]["unique"] == [["name"]]


def test_what_may_not_repeat_together_is_left_to_people() -> None:
    document = changed(CUSTOMER, unique=[["name"], ["grade", "nobody"]])
    assert repair_of(document, "unknown_field")[2] is None


@pytest.mark.parametrize("name", ["section", "tab"])
def test_an_effect_on_a_section_or_tab_that_is_gone_is_taken_out(name: str) -> None:
    document = changed(ORDER, rules=[rule("r", {}, show=[f"{name}/gone", "phone"])])
    assert mended(document, f"unknown_{name}")["fw"]["rules"][0]["then"] == {"show": ["phone"]}


def test_a_message_at_a_field_that_is_gone_is_shown_no_longer() -> None:
    document = changed(ORDER, rules=[rule("r", {}, lock=["name"], message={"nobody": {"text": "Hm"}})])
    assert mended(document, "unknown_field")["fw"]["rules"][0]["then"] == {"lock": ["name"]}


@pytest.mark.parametrize("effect", ["show", "hide", "require", "lock", "clear"])
def test_an_effect_on_a_field_that_is_gone_is_taken_out(effect: str) -> None:
    document = changed(ORDER, rules=[rule("r", {}, **{effect: ["nobody", "phone"]})])
    assert mended(document, "unknown_field")["fw"]["rules"][0]["then"] == {effect: ["phone"]}


def test_a_value_for_a_field_that_is_gone_is_set_no_longer() -> None:
    document = changed(ORDER, rules=[rule("r", {}, lock=["name"], set={"nobody": "1"})])
    assert mended(document, "unknown_field")["fw"]["rules"][0]["then"] == {"lock": ["name"]}


def test_a_rule_that_does_nothing_else_goes_with_its_effect() -> None:
    assert (
        "rules" not in mended(changed(ORDER, rules=[rule("r", {}, lock=["nobody"])]), "unknown_field")["fw"]
    )


def test_what_a_rule_requires_and_hides_it_requires_no_longer() -> None:
    document = changed(ORDER, rules=[rule("r", {"required": ["name"]}, hide=["phone"], require=["phone"])])
    assert mended(document, "hidden_required")["fw"]["rules"][0]["then"] == {"hide": ["phone"]}


@pytest.mark.parametrize(
    ("fill", "code"),
    [
        ({"nobody": "phone"}, "unknown_field"),
        ({"phone": "nobody"}, "unknown_field"),
        ({"phone": "since"}, "wrong_type"),
        ({"grade": "grade"}, "not_writable"),
    ],
)
def test_a_fill_that_cannot_work_is_taken_out(fill: Any, code: str) -> None:
    document = with_fields(ORDER, x=field("reference", form="customer", fill={**fill, "name": "name"}))
    assert mended(document, code)["properties"]["x"]["fw"]["fill"] == {"name": "name"}


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (field("choice", {"enum": ["a"], "default": "b"}), "bad_default"),
        (field("text", {"minimum": 3}), "unknown_keyword"),
        (field("text", access={"nobody": "read"}), "unknown_role"),
    ],
)
def test_an_option_that_does_not_fit_its_field_is_left_out(bad: Any, code: str) -> None:
    after = mended(with_fields(ORDER, x=bad), code)["properties"]["x"]
    assert not {"default", "minimum"} & set(after) and "access" not in after["fw"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("nett * 2", "net * 2"),
        ("ruond(net)", "ROUND(net)"),
        ("ROUND(net * (1 + 1)", "ROUND(net * (1 + 1))"),
        ("recrod.net + nett", "record.net + net"),
    ],
)
def test_a_formula_with_slips_of_the_pen_is_written_as_it_was_meant(written: str, meant: str) -> None:
    document = with_fields(CUSTOMER, gross=field("formula", formula=written))
    code = next(iter({each.code for each in judged(Desk(document), Target("form", "customer"))}))
    after = mended(document, code)["properties"]["gross"]["fw"]["formula"]
    assert after.lower() == meant.lower()


def test_a_text_without_its_end_gets_it() -> None:
    document = with_fields(CUSTOMER, label=field("formula", formula='name & "!', result="text"))
    assert mended(document, "open_text")["properties"]["label"]["fw"]["formula"] == 'name & "!"'


def test_formulas_of_rules_and_checks_are_mended_too() -> None:
    check = {"key": "past", "formula": "sicne <= TODAY()", "at": "since", "message": "Choose an earlier day."}
    document = changed(
        CUSTOMER, checks=[check], rules=[rule("r", {"required": ["net"]}, set={"phone": "nmae"})]
    )
    half = mended(document, "unknown_name")
    after = mended(half, "unknown_name")["fw"]
    assert after["checks"][0]["formula"] == "since <= TODAY()"
    assert after["rules"][0]["then"]["set"] == {"phone": "name"}


def test_a_formula_that_an_automation_writes_is_mended() -> None:
    document = automation("a", "customer", {**update("order", name="record.nmae"), "key": "one"})
    assert mended(document, "unknown_name")["actions"][0]["set"] == {"name": "record.name"}


@pytest.mark.parametrize("written", ["zzz * 2", "nmae * 2", "phone & nett"])
def test_a_formula_that_would_still_not_work_is_left_to_people(written: str) -> None:
    document = with_fields(CUSTOMER, gross=field("formula", formula=written))
    assert repair_of(document, "unknown_name")[2] is None


SIBLINGS = ["amount_gross", "end_date", "list_price", "phone_work", "line_2", "nets"]


@pytest.mark.parametrize("gone", ["amount_net", "start_date", "net_price", "phone_home", "line_1"])
def test_a_field_that_is_gone_is_no_slip_of_the_pen_for_its_sibling(gone: str) -> None:
    siblings = {key: field("number") for key in SIBLINGS}
    document = with_fields(CUSTOMER, **siblings, twice=field("formula", formula=f"{gone} * 2"))
    assert repair_of(document, "unknown_name")[2] is None
    told = {**message("told", "", on="customer"), "body": {"en": f"{{{{ {gone} }}}}", "zh": "您好"}}
    shop = with_fields(CUSTOMER, **siblings)
    assert repair_of({**told, "subject": GREETING["subject"]}, "unknown_variable", shop)[2] is None


def test_what_two_names_may_be_meant_by_is_left_to_people() -> None:
    fields = {"costs": field("number"), "coast": field("number")}
    document = with_fields(CUSTOMER, **fields, twice=field("formula", formula="cost * 2"))
    assert repair_of(document, "unknown_name")[2] is None


def test_a_field_of_an_earlier_version_was_written_as_it_was_meant() -> None:
    desk = Desk(with_fields(CUSTOMER, gross=field("formula", formula="nett * 2")))
    target = Target("form", "customer")
    (problem,) = judged(desk, target)
    earlier = seen(desk).for_document((with_fields(CUSTOMER, nett=field("number")),))
    with speaking():
        assert repairs.find("form", desk.get(*target), problem, earlier) is None


@pytest.mark.parametrize(
    ("text", "meant", "code"),
    [
        ("nmae, {{ nmae }} and {{nmae}}", "nmae, {{ name }} and {{name}}", "unknown_variable"),
        ("{% if recipient.nam %}x{% endif %}", "{% if recipient.name %}x{% endif %}", "unknown_variable"),
        ("{{ name | upcas }}", "{{ name | upcase }}", "unknown_filter"),
    ],
)
def test_a_message_with_a_slip_of_the_pen_is_written_as_it_was_meant(
    text: str, meant: str, code: str
) -> None:
    document = {**GREETING, "body": {"en": text, "zh": "您好"}}
    assert mended(document, code)["body"] == {"en": meant, "zh": "您好"}


def test_a_name_that_is_like_no_other_is_left_to_people() -> None:
    document = {**GREETING, "body": {"en": "{{ zzzzzz }}", "zh": "您好"}}
    assert repair_of(document, "unknown_variable")[2] is None


@pytest.mark.parametrize("bad", [{"field": "nobody"}, {"role": "nobody"}])
def test_a_recipient_who_cannot_be_found_is_taken_out(bad: Any) -> None:
    document = automation("a", "customer", {**NOTIFY, "to": [bad, {"field": "owner"}]})
    code = "recipient_field" if "field" in bad else "recipient_role"
    assert mended(document, code, GREETING)["actions"][0]["to"] == [{"field": "owner"}]


def test_two_repairs_of_recipients_do_not_take_out_a_third() -> None:
    to = [{"field": "gone"}, {"field": "nobody"}, {"field": "owner"}]
    document = automation("a", "customer", {**NOTIFY, "to": to})
    _desk, _target, repair = repair_of(document, "recipient_field", GREETING)
    assert repair is not None and repair.arguments["value"] == to[1:]
    assert COMMANDS[repair.command].touches(repair.arguments) == ("action/0/to",)


def test_a_kind_of_recipient_that_there_is_not_is_left_to_people() -> None:
    document = automation("a", "customer", {**NOTIFY, "to": [{"filed": "owner"}, {"field": "owner"}]})
    assert repair_of(document, "recipient_unknown", GREETING)[2] is None


@pytest.mark.parametrize("others", [[], [{"field": "owner", "as": "cc"}]])
def test_the_only_recipient_stays(others: Any) -> None:
    document = automation("a", "customer", {**NOTIFY, "to": [{"field": "nobody"}, *others]})
    assert repair_of(document, "recipient_field", GREETING)[2] is None


@pytest.mark.parametrize(("key", "code"), [("nobody", "unknown_field"), ("grade", "not_writable")])
def test_a_value_for_a_field_that_takes_none_is_written_no_longer(key: str, code: str) -> None:
    document = automation("a", "customer", update("order", **{key: "record.grade", "name": "record.name"}))
    assert mended(document, code)["actions"][0]["set"] == {"name": "record.name"}


def test_what_records_are_looked_for_by_stays() -> None:
    action = {**update("order", name="record.name"), "match": {"nobody": "1", "name": "record.name"}}
    assert repair_of(automation("a", "customer", action), "unknown_field")[2] is None


def test_a_field_that_is_gone_is_listened_to_no_longer() -> None:
    document = automation("a", "customer", update("order", name="record.name"))
    document["trigger"]["fields"] = ["nobody", "name"]
    assert mended(document, "unknown_field")["trigger"]["fields"] == ["name"]


def test_a_start_page_that_is_gone_is_left_out() -> None:
    desk = Desk(CUSTOMER)
    document = {**desk.get("app", APP), "start": "nowhere"}
    assert "start" not in mended(document, "unknown_form")


def test_every_repairer_is_of_some_kind_and_says_what_it_does(app: Flask) -> None:
    for name, repairer in REPAIRS.items():
        assert repairer.kinds, name
        assert type(repairer).__doc__, name


def test_a_problem_without_a_safe_repair_has_none() -> None:
    assert repair_of(form("x", {"id": field("text")}), "reserved_key")[2] is None


FORM = "/apps/followup/forms/customer/design"


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_on("sqlite", request, tmp_path_factory.mktemp("repairs")) as opened:
        yield opened


def page(world: World) -> str:
    return world.browsers["dora"].get(f"{FORM}/problems").text


def posted(world: World, path: str, **fields: Any) -> str:
    """The page after a form of it was posted, as a browser without JavaScript does it."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', page(world))
    data = {"csrf_token": token[1] if token else "", **fields}
    return world.browsers["dora"].post(f"{FORM}/{path}", data=data, follow_redirects=True).text


def do(name: str, **arguments: Any) -> str:
    return json.dumps({"name": name, "args": arguments})


def broken(world: World) -> dict[str, str]:
    """What the button posts that mends a column which is gone."""
    columns = {"path": ["list", "columns"], "value": ["name", "nobody"]}
    posted(world, "commands", rev=revision(world), do=do("form.set", **columns))
    found = re.search(r'/problems/fix">.*?name="rev" value="(\d+)".*?name="do" value="([^"]+)"', page(world))
    assert found
    return {"rev": found[1], "do": found[2].replace("&#34;", '"')}


def revision(world: World) -> str:
    found = re.search(r'data-revision="(\d+)"', world.browsers["dora"].get(f"{FORM}/").text)
    assert found
    return found[1]


def test_the_button_mends_the_draft_and_undo_brings_the_problem_back(world: World) -> None:
    fix = broken(world)
    assert "no field “nobody” here" in page(world)
    assert "no field “nobody” here" not in posted(world, "problems/fix", **fix)
    back = posted(world, "undo", rev=revision(world), tab="problems")
    assert "no field “nobody” here" in back and "Fix: " in back
    posted(world, "undo", rev=revision(world), tab="problems")


def test_a_repair_of_what_somebody_changed_meanwhile_is_refused_in_words(world: World) -> None:
    fix = broken(world)
    other = do("form.set", path=["list", "columns"], value=["name", "phone", "nobody"])
    posted(world, "commands", rev=fix["rev"], do=other)
    told = posted(world, "problems/fix", **fix)
    assert "changed this meanwhile" in told and "no field “nobody” here" in told


def test_a_repair_in_another_part_leads_back_to_where_it_was_pressed(world: World) -> None:
    dora, fix = world.browsers["dora"], broken(world)
    assert 'name="back" value="form/customer"' in page(world)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page(world))
    sent = {"csrf_token": token[1] if token else "", **fix}
    for back, place in (
        ("form/visit", "forms/visit"),
        ("https://example.com", "forms/customer"),
        ("", "forms/customer"),
    ):
        answer = dora.post(f"{FORM}/problems/fix", data={**sent, "back": back})
        assert answer.location == f"/apps/followup/{place}/design/problems"


@pytest.mark.parametrize("asked", ["", "nonsense", "[]", '{"name": "nothing"}'])
def test_what_is_no_repair_is_refused(world: World, asked: str) -> None:
    before = revision(world)
    posted(world, "problems/fix", rev=before, do=asked)
    assert revision(world) == before
