"""Rules on sections and tabs, rules that are off, messages and clearing, made in the designer."""

from html import unescape

from tests.builder.rules.support import VISIT, command, condition, draft, page, rules
from tests.support.world import World

WHEN = {"c__0__path": "result", "c__0__op": "equals", "c__0__value": "refused"}


def panel(world: World, selected: str, **query: str) -> str:
    """The page of the designer with this thing selected."""
    answer = world.browsers["dora"].get(f"{VISIT}/", query_string={"sel": selected, **query})
    assert answer.status_code == 200
    return unescape(answer.text)


def fresh_section(world: World) -> str:
    """A section of its own for the field `reason`, named Why; its name in rules."""
    command(world, "section.wrap", {"field": "reason"}, tab="fields")
    key = next(each["key"] for each in draft(world)["fw"]["layout"] if each["rows"] == [["reason"]])
    command(world, "section.title", {"section": key, "locale": "en", "text": "Why"}, tab="fields")
    return f"section/{key}"


def test_a_section_is_shown_by_a_rule_made_in_its_panel(world: World) -> None:
    # given
    name = fresh_section(world)
    assert "Show this section when…" in panel(world, name)

    # when
    assert 'name="c.0.path"' in panel(world, name, rule="show")
    condition(world, "rule.add", {"field": name, "effect": "show"}, **WHEN)

    # then
    made = next(rule for rule in rules(world).values() if name in rule["then"].get("show", ()))
    text = page(world, sel=f"rule/{made['key']}")
    assert "Show the section “Why” when Result is Refused." in text
    assert "1 rule" in panel(world, name)
    assert 'id="panel-delete"' in panel(world, name)


def test_before_a_used_section_goes_the_rules_are_named(world: World) -> None:
    # given
    name = fresh_section(world)
    condition(world, "rule.add", {"field": name, "effect": "hide"}, **WHEN)

    # when
    text = panel(world, name, ask="delete")

    # then
    assert "It is used in 1 place, which then needs mending:" in text
    command(world, "section.delete", {"section": name.removeprefix("section/")}, tab="fields")
    problems = unescape(world.browsers["dora"].get(f"{VISIT}/problems").text)
    assert "There is no section" in problems
    assert "Deletes the rule: it does nothing else." in problems


def test_sections_are_shown_or_hidden_and_nothing_else(world: World) -> None:
    # given
    name, before = fresh_section(world), draft(world)

    # when
    answer = condition(world, "rule.add", {"field": name, "effect": "lock"}, **WHEN)

    # then
    assert "Sections and tabs can be shown or hidden" in unescape(answer.text)
    assert draft(world) == before
    gone = command(world, "rule.effect", {"rule": "ask_next", "effect": "show", "field": "section/gone"})
    assert "There is no such section or tab." in unescape(gone.text)


def test_nothing_is_written_into_a_field_that_works_out_its_own_value(world: World) -> None:
    for effect, value in (("set", '"x"'), ("clear", "")):
        arguments = {"field": "number", "effect": effect, "when": {}, "value": value}
        answer = command(world, "rule.add", arguments)
        assert "works out its own value" in unescape(answer.text)
    assert '<option value="number"' not in page(world, add="1", **{"arg.effect": "set"}).split("c.mode")[0]


def test_the_preview_says_why_a_section_and_its_fields_are_hidden(world: World) -> None:
    # given
    name = fresh_section(world)
    condition(world, "rule.add", {"field": name, "effect": "show"}, **WHEN)
    command(world, "rule.delete", {"rule": "ask_reason"})

    # when
    text = unescape(world.browsers["dora"].get(f"{VISIT}/preview").text)

    # then
    why = "Hidden: it is shown only when Result is Refused; here Result is empty."
    assert f"<strong>Section “Why”</strong> <span data-told>{why}</span>" in text
    assert f"Section “Why”: {why}" in text


def test_a_rule_is_switched_off_and_on_again_and_both_can_be_undone(world: World) -> None:
    # when
    text = unescape(command(world, "rule.switch", {"rule": "ask_next", "on": False}).text)

    # then
    assert rules(world)["ask_next"]["off"] is True
    assert 'aria-checked="false" name="do" id="switch-list-ask_next"' in text
    assert "is-off" in text
    assert "This rule is switched off" in page(world, sel="rule/ask_next")
    assert "(switched off)" in panel(world, "field/next_on")
    world.browsers["dora"].post(f"{VISIT}/undo", data={"tab": "rules", "rev": "9999"})
    assert "off" not in rules(world)["ask_next"]
    command(world, "rule.switch", {"rule": "ask_next", "on": False})
    command(world, "rule.switch", {"rule": "ask_next", "on": True})
    assert "off" not in rules(world)["ask_next"]


def test_a_rule_shows_a_message_that_warns_in_both_languages(world: World) -> None:
    # when
    condition(
        world, "rule.add", {"field": "content", "effect": "message"}, **WHEN,
        **{"arg.value": "Why not?", "arg.locale": "en", "arg.level": "warning"},
    )  # fmt: skip
    command(
        world, "rule.message",
        {"rule": "message_content", "field": "content", "locale": "zh", "value": "为什么不？"},
    )  # fmt: skip

    # then
    made = rules(world)["message_content"]["then"]["message"]["content"]
    assert made == {"text": {"en": "Why not?", "zh": "为什么不？"}, "level": "warning"}
    text = page(world, sel="rule/message_content")
    assert "Show the warning “Why not?” at What was said when Result is Refused." in text
    assert 'value="为什么不？"' in text
    command(world, "rule.message", {"rule": "message_content", "field": "content", "level": "error"})
    assert "level" not in rules(world)["message_content"]["then"]["message"]["content"]


def test_a_message_needs_words(world: World) -> None:
    # given
    before = draft(world)

    # when
    answer = condition(
        world, "rule.add", {"effect": "message"}, **WHEN, **{"arg.field": "content", "arg.value": " "}
    )

    # then
    assert "Write the message that people read." in unescape(answer.text)
    assert draft(world) == before


def test_a_value_and_a_message_are_added_to_a_rule_and_taken_out(world: World) -> None:
    # when
    command(
        world, "rule.message", {"rule": "ask_next", "locale": "en"},
        **{"arg.value": "Soon!", "arg.field": "next_on", "arg.level": "error"},
    )  # fmt: skip
    command(world, "rule.effect", {"rule": "ask_next", "effect": "clear", "field": "reason"})

    # then
    then = rules(world)["ask_next"]["then"]
    assert then["message"] == {"next_on": {"text": {"en": "Soon!"}}}
    assert then["clear"] == ["reason"]
    text = page(world, sel="rule/ask_next")
    assert "Clear Why they refused" in text
    assert "“Soon!” at" in text
    for effect, field in (("message", "next_on"), ("clear", "reason")):
        command(world, "rule.effect", {"rule": "ask_next", "effect": effect, "field": field, "off": True})
    assert not {"message", "clear"} & rules(world)["ask_next"]["then"].keys()


def test_a_new_rule_offers_what_its_effect_can_act_on(world: World) -> None:
    name = fresh_section(world)
    shown = page(world, add="1", **{"arg.effect": "show"})
    assert f'<option value="{name}"' in shown
    locked = page(world, add="1", **{"arg.effect": "lock"})
    assert f'<option value="{name}"' not in locked
    said = page(world, add="1", **{"arg.effect": "message"})
    assert 'id="new-message"' in said
    assert 'id="new-level"' in said
