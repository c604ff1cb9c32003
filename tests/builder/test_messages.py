"""The message editor: texts by command, what they may name, the preview, a test mail to oneself, reviews."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from builder import drafts, message_names, publish, where_used
from builder.checks import Context
from builder.commands import Target
from builder.workspaces import draft_of
from runtime.db import transaction
from runtime.notifications import liquid, liquid_check
from runtime.text import localized
from tests.builder.commands.support import Desk, speaking
from tests.builder.factory import field, form, message
from tests.support.mail import MailSink
from tests.support.pages import reviewed
from tests.support.world import World, world_on

DESIGN = "/apps/followup/messages/visit_due/design"


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with world_on("sqlite", request, tmp_path) as found:
        yield found


def get(world: World, path: str = f"{DESIGN}/text", name: str = "anna") -> TestResponse:
    return world.browsers[name].get(path)


def post(world: World, place: str, name: str = "anna", **form: Any) -> TestResponse:
    page = get(world, name=name).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    revision = re.search(r'data-revision="(\d+)"', page)
    assert token and revision, page[:500]
    data = {"csrf_token": token[1], "rev": revision[1], "tab": "text", **form}
    return world.browsers[name].post(f"{DESIGN}/{place}", data=data)


def write(world: World, part: str, text: str, locale: str = "en", name: str = "anna") -> TestResponse:
    asked = {"name": "message.text", "args": {"part": part, "locale": locale}}
    return post(world, "commands", name, do=json.dumps(asked), **{"arg.text": text})


def due(world: World) -> int:
    """A reminder of a customer."""
    customer = world.make("customer", name="Acme Ltd")
    return world.make(
        "reminder", customer=customer, due_on="2026-12-01", state="open", owner=world.ids["bob"]
    )


def test_the_preview_shows_the_message_with_a_real_record_in_the_readers_language(world: World) -> None:
    due(world)
    page = get(world, f"{DESIGN}/text?lang=en").text
    assert "Visit Acme Ltd on" in page
    assert "跟进客户：Acme Ltd" in get(world, f"{DESIGN}/text?lang=zh").text


def test_without_a_record_titles_stand_for_values(world: World) -> None:
    assert "Visit ‹Customer› on ‹Due on›" in get(world, f"{DESIGN}/text?lang=en").text


def test_a_changed_text_is_stored_and_previewed_at_once(world: World) -> None:
    due(world)
    assert write(world, "subject", "Go to {{ customer }}").status_code == 303
    assert "Go to Acme Ltd" in get(world, f"{DESIGN}/text?lang=en").text


def test_a_misspelt_variable_is_marked_where_it_stands(world: World) -> None:
    write(world, "subject", "Go to {{ custommer }}")
    page = get(world).text
    assert "there is no “custommer” here" in page.split('id="subject-en"')[0][-900:]


def test_a_text_in_only_one_language_is_marked_as_missing(world: World) -> None:
    write(world, "short", "", "zh")
    assert "This text is missing." in get(world).text


@pytest.mark.parametrize(
    "text", ["{{ customer", "{% for x in y %}", "{{ customer | nothing }}", "\x00", "x" * 30_000]
)
def test_unfit_texts_get_a_plain_message_and_never_break_the_page(world: World, text: str) -> None:
    assert write(world, "body", text).status_code in (303, 422)
    assert get(world).status_code == 200


def test_typing_on_counts_as_one_step(world: World) -> None:
    for text in ("G", "Go", "Go on"):
        write(world, "subject", text)
    post(world, "undo")
    assert "Go on" not in get(world).text


def test_what_the_list_offers_names_and_finds_its_values(world: World) -> None:
    page = get(world).text
    offered = dict(re.findall(r'data-name="([\w.]+)" data-kind="(\w*)"', page))
    assert {"due_on": "date", "customer": "text", "today": "date", "link": ""}.items() <= offered.items()
    assert 'data-search="' in page and "customer" in page.split('data-name="customer"')[1][:200]


def test_what_is_seen_through_a_reference_is_offered_under_its_title(world: World) -> None:
    draft = draft_document(world, "form", "reminder")
    draft["properties"]["level"] = {
        "fw": {"type": "lookup", "title": "Level", "through": "customer", "field": "grade", "result": "text"}
    }
    save(world, "form", "reminder", draft)
    page = get(world).text
    level = re.search(r'data-name="level" data-kind="(\w*)" data-group="([^"]*)"', page)
    assert level and level.groups() == ("text", "Customer")
    assert (
        page.index('data-name="due_on"') < page.index('data-name="level"') < page.index('data-name="today"')
    )


def test_what_stands_in_the_record_that_a_reference_points_to_is_offered_checked_and_shown(
    world: World,
) -> None:
    due(world)
    page = get(world).text
    phone = re.search(r'data-name="customer\.phone" data-kind="(\w*)" data-group="([^"]*)"', page)
    assert phone and phone.groups() == ("text", "Customer")

    write(world, "body", "Ring {{ customer.fone }}")
    assert "there is no “customer.fone” here" in unescape(get(world).text)
    write(world, "body", "Ring {{ customer.name | upcase }}{{ customer.phone }}")
    assert "Ring ACME LTD" in (shown := get(world).text) and "there is no" not in shown


def test_a_new_key_of_a_field_reaches_what_messages_name_through_references() -> None:
    desk = Desk(
        form("customer", {"phone": field("text"), "name": field("text")}),
        form("deal", {"customer": field("reference", form="customer"), "name": field("text")}),
        message(
            "told", "{{ customer.phone | upcase }} {{customer.name}} {{ name }} {{ customer }}", on="deal"
        ),
    )
    desk.do("form", "customer", "field.rename", {"field": "phone", "key": "mobile"})
    desk.do("form", "customer", "field.rename", {"field": "name", "key": "called"})
    desk.do("form", "deal", "field.rename", {"field": "customer", "key": "client"})

    text = "{{ client.mobile | upcase }} {{client.called}} {{ name }} {{ client }}"
    assert desk.get("message", "told")["body"] == {"en": text}
    context = Context("shop", {tuple(each): document for each, document in desk.documents.items()})
    with speaking():
        uses = where_used.of_field(context, "customer", "mobile", lambda title: localized(title, "en"))
        assert [use.words for use in uses] == ["The message told"]


def draft_document(world: World, kind: str, key: str) -> Any:
    with world.app.app_context():
        return deepcopy(draft_of("followup", Target(kind, key)).document)


def save(world: World, kind: str, key: str, document: Any) -> None:
    with world.app.app_context(), transaction():
        drafts.save_draft(None, "followup", kind, key, document)


def test_every_way_of_writing_fits_the_values_that_it_is_offered_for(world: World) -> None:
    known = frozenset(message_names.EXAMPLES)
    for way in message_names.WAYS:
        for kind in way.kinds:
            text = f"{{{{ {kind} | {way.filter} }}}}"
            assert liquid_check.faults(text, known, as_markdown=True) == [], text
            shown = liquid.parsed(text, "en", as_markdown=False).render(**message_names.EXAMPLES)
            assert shown, text
    assert "November 5, 2026" in get(world).text


def test_the_designer_reads_nothing_in_the_preview_that_is_not_theirs_to_read(world: World) -> None:
    due(world)
    assert "Acme Ltd" not in get(world, name="dora").text


def test_the_automation_that_sends_it_is_named(world: World) -> None:
    assert "/apps/followup/automations/remind_ahead/design/" in get(world).text


def test_a_test_mail_goes_to_me_alone(
    world: World, mail_sink: MailSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    due(world)
    settings = world.app.config["SETTINGS"]
    monkeypatch.setitem(
        world.app.config, "SETTINGS", settings.__class__(**{**vars(settings), "smtp_url": mail_sink.url})
    )
    assert post(world, "test", lang="en", to=str(world.ids["bob"])).status_code == 303
    assert [mail["To"] for mail in mail_sink.mails] == ["Anna <anna@example.com>"]
    assert mail_sink.mails[0]["Subject"].startswith("[Test] Visit Acme Ltd on")


def test_without_a_mail_server_the_page_says_so_and_nothing_breaks(world: World) -> None:
    assert "No mail server is set up" in get(world).text
    assert post(world, "test").status_code == 303


def require_review(world: World) -> None:
    with world.app.app_context(), transaction():
        draft = draft_of("followup", Target("app", "followup"))
        drafts.save_draft(None, "followup", "app", "followup", {**draft.document, "review": True})
        publish.publish(None, "followup", "app", "followup")


def publish_it(world: World, name: str = "anna") -> int:
    seen = reviewed(get(world, f"{DESIGN}/publish", name).text)
    return post(world, "publish", name, part="message/visit_due", note="", **seen).status_code


def test_where_the_app_asks_for_it_a_message_is_published_only_after_somebody_else_approved(
    world: World,
) -> None:
    get(world)
    require_review(world)
    write(world, "subject", "Go to {{ customer }}", name="dora")
    assert publish_it(world) == 422
    post(world, "review", "dora", comment="Please read.")
    post(world, "approve", "dora")
    assert publish_it(world) == 422
    assert "In review" in get(world).text
    post(world, "approve", "anna", comment="Fine.")
    assert publish_it(world, "dora") == 303


def test_a_text_changed_after_its_approval_needs_another_one(world: World) -> None:
    get(world)
    require_review(world)
    write(world, "subject", "Go to {{ customer }}", name="dora")
    post(world, "review", "dora")
    post(world, "approve", "anna")
    write(world, "subject", "Run to {{ customer }}", name="dora")
    assert publish_it(world) == 422


def test_a_text_is_sent_back_with_a_comment(world: World) -> None:
    write(world, "subject", "Go to {{ customer }}", name="dora")
    post(world, "review", "dora")
    post(world, "return", "anna", comment="Too short.")
    page = get(world, name="dora").text
    assert "Sent back by Anna." in page and "Too short." in page


def test_a_review_of_an_older_text_is_refused(world: World) -> None:
    write(world, "subject", "Go to {{ customer }}", name="dora")
    post(world, "review", "dora")
    write(world, "subject", "Run to {{ customer }}", name="dora")
    post(world, "approve", "anna", rev="1")
    assert "Approved by" not in get(world).text


def test_a_text_that_nobody_changed_is_not_reviewed(world: World) -> None:
    assert "Submit for review" not in get(world, name="dora").text
    post(world, "review", "dora")
    page = get(world, name="dora").text
    assert "nothing to review" in page and "In review" not in page


@pytest.mark.parametrize("place", ["test", "review", "approve", "return"])
def test_whoever_may_not_design_finds_nothing(world: World, place: str) -> None:
    token = re.search(r'name="csrf-token" content="([^"]+)"', world.browsers["bob"].get("/").text)
    assert token
    answer = world.browsers["bob"].post(f"{DESIGN}/{place}", data={"csrf_token": token[1]})
    assert answer.status_code == 404
