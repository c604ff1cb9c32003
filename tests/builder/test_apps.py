"""New apps and what they consist of: made by a title, usable at once, retired without breaking others."""

import json
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from builder import definitions, gallery, grants, publish
from builder.commands import COMMANDS
from builder.definitions import NewApp
from runtime.accounts.models import User, UserRole
from runtime.automations.models import Timer
from runtime.db import db, transaction
from runtime.definitions import lookup
from tests.support.world import World, world_on

NEW_APP = "/apps/new-app"


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The app with its people; pages take forms without a CSRF token."""
    home = tmp_path_factory.mktemp("apps")
    with world_on("sqlite", request, home, WTF_CSRF_ENABLED=False) as opened:
        yield opened


def make_app(world: World, key: str, **values: Any) -> None:
    with world.app.test_request_context(), transaction():
        dora = db.session.get_one(User, world.ids["dora"])
        definitions.create_app(dora, NewApp(values.pop("title", key.capitalize()), key, **values))


def post(world: World, path: str, who: str = "dora", **data: str) -> TestResponse:
    return world.browsers[who].post(path, data=data)


def document(world: World, app: str, kind: str = "app", key: str = "") -> Any:
    with world.app.test_request_context():
        return definitions.document(app, kind, key or app)


def command(world: World, app: str, do: str, /, **args: Any) -> None:
    """Do a command on the app's own document, as the page does."""
    asked = json.dumps({"name": do, "args": args})
    answer = post(world, f"/apps/{app}/app/{app}/design/commands", do=asked, rev="999999")
    assert answer.status_code == 303, answer.text


def publish_draft(world: World, app: str, kind: str, key: str) -> None:
    with world.app.test_request_context(), transaction():
        publish.publish(db.session.get_one(User, world.ids["dora"]), app, kind, key)


def give(world: World, name: str, app: str, role: str) -> None:
    with world.app.app_context(), transaction() as session:
        user = session.get_one(User, world.ids[name])
        user.roles.append(UserRole(app=app, role=role))


def test_a_title_is_enough_for_a_new_app_and_a_new_form(world: World) -> None:
    answer = post(world, NEW_APP, title="采购申请", languages="zh", zone="Asia/Shanghai")
    assert answer.location == "/apps/caigoushenqing/app/caigoushenqing/design/overview"
    overview = world.browsers["dora"].get(answer.location)
    assert overview.status_code == 200 and "采购申请" in overview.text

    answer = post(world, "/apps/caigoushenqing/new/forms", title="采购单")

    assert answer.location == "/apps/caigoushenqing/forms/caigoudan/design/"
    assert world.browsers["dora"].get(answer.location).status_code == 200
    own = document(world, "caigoushenqing")
    assert (own["title"], own["zone"], own["languages"]) == ({"zh": "采购申请"}, "Asia/Shanghai", ["zh"])
    assert document(world, "caigoushenqing", "form", "caigoudan")["title"] == {"zh": "采购单"}


def test_a_new_app_is_there_for_administrators_at_once(world: World) -> None:
    make_app(world, "atonce")

    page = world.browsers["anna"].get("/apps/atonce/")

    assert page.status_code == 200 and "/apps/atonce/app/atonce/design/overview" in page.text
    assert world.browsers["stan"].get("/apps/atonce/").status_code == 404


def test_publishing_a_form_for_the_first_time_opens_it_to_the_first_role(world: World) -> None:
    make_app(world, "opens")
    post(world, "/apps/opens/new/forms", title="Idea")
    post(world, "/apps/opens/new/forms", title="Other")
    command(world, "opens", "app.set", name="title", value="Renamed")
    give(world, "stan", "opens", "member")
    assert world.browsers["stan"].get("/apps/opens/forms/idea/").status_code == 404

    publish_draft(world, "opens", "form", "idea")

    assert world.browsers["stan"].get("/apps/opens/forms/idea/new").status_code == 200
    assert world.browsers["stan"].get("/apps/opens/forms/other/").status_code == 404
    with world.app.app_context():
        live = lookup.app_info("opens").document
    assert live["title"] == {"en": "Opens"}, "other changes of the app wait until it is published"
    assert [grant["form"] for grant in live["roles"][0]["grants"]] == ["idea"]


@pytest.mark.parametrize("kinds", ["automations", "messages"])
def test_automations_and_messages_are_made_and_can_be_edited_at_once(world: World, kinds: str) -> None:
    answer = post(world, f"/apps/followup/new/{kinds}", title="Tell everybody")

    assert answer.location == f"/apps/followup/{kinds}/tell_everybody/design/"
    assert world.browsers["dora"].get(answer.location).status_code == 200


def test_titles_that_look_alike_get_keys_of_their_own(world: World) -> None:
    make_app(world, "alike")

    titles = ("Log", "Log!", "日志", "日誌", "!")
    made = {post(world, "/apps/alike/new/forms", title=title).location for title in titles}

    assert len(made) == len(titles)


@pytest.mark.parametrize("title", ["", "   ", "x" * 201, "a\x00b", "\u200b"])
def test_a_title_that_is_none_makes_nothing(world: World, title: str) -> None:
    before = world.stored()

    assert post(world, NEW_APP, title=title, languages="en").status_code == 422
    assert post(world, "/apps/followup/new/forms", title=title).status_code == 303
    assert world.stored() == before


UNFIT = [
    {"key": "followup"},
    {"key": "1x"},
    {"key": "a" * 41},
    {"key": "A"},
    {"zone": "Mars/Base"},
    {"languages": "tlh"},
]


@pytest.mark.parametrize("rest", UNFIT)
def test_a_new_app_with_unfit_details_is_not_made(world: World, rest: dict[str, str]) -> None:
    before = world.stored()

    answer = post(world, NEW_APP, **{"title": "T", "languages": "en", **rest})

    assert answer.status_code == 422
    assert world.stored() == before


TITLES = [
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}",
    "'; DROP TABLE apps; --",
    "e\u0301",
    "\U0001f469\u200d\U0001f467",
]


@pytest.mark.parametrize("title", TITLES)
def test_any_title_is_shown_as_it_was_typed(world: World, title: str) -> None:
    answer = post(world, NEW_APP, title=title, languages="en")

    page = world.browsers["dora"].get(answer.location)

    assert page.status_code == 200 and "<script>alert" not in page.text
    stored = document(world, answer.location.split("/")[2])["title"]["en"]
    assert stored == unicodedata.normalize("NFC", title)


def test_other_people_do_not_learn_of_the_designer(world: World) -> None:
    for who in ("bob", "stan"):
        assert world.browsers[who].get(NEW_APP).status_code == 404
        assert world.browsers[who].get("/gallery/").status_code == 404
        assert post(world, "/apps/followup/new/forms", who, title="Mine").status_code == 404
        assert post(world, "/apps/followup/forms/visit/retire", who).status_code == 404
        for page in ("/", "/apps/followup/"):
            assert "/design" not in world.browsers[who].get(page).text
            assert NEW_APP not in world.browsers[who].get(page).text


def test_a_form_that_others_need_is_not_retired(world: World) -> None:
    page = world.browsers["dora"].get("/apps/followup/forms/customer/retire")
    assert "Used by" in page.text and "Retire</button>" not in page.text

    post(world, "/apps/followup/forms/customer/retire")

    with world.app.app_context():
        assert lookup.form("followup", "customer")


def test_a_retired_form_is_gone_for_people_and_comes_back_with_its_records(world: World) -> None:
    make_app(world, "coming")
    post(world, "/apps/coming/new/forms", title="Note")
    publish_draft(world, "coming", "form", "note")

    post(world, "/apps/coming/forms/note/retire")
    assert world.browsers["anna"].get("/apps/coming/forms/note/").status_code == 404
    assert document(world, "coming")["roles"][0]["grants"] == []
    assert "restore" in world.browsers["dora"].get("/apps/coming/app/coming/design/overview").text
    post(world, "/apps/coming/forms/note/restore")
    publish_draft(world, "coming", "form", "note")

    assert world.browsers["anna"].get("/apps/coming/forms/note/").status_code == 200


def test_what_was_never_published_is_deleted_and_its_key_is_free(world: World) -> None:
    make_app(world, "never")
    post(world, "/apps/never/new/forms", title="Draft")

    post(world, "/apps/never/forms/draft/retire")

    assert document(world, "never", "form", "draft") is None
    assert world.browsers["dora"].get("/apps/never/forms/draft/design/").status_code == 404


def test_retiring_an_automation_cancels_its_planned_moments(world: World) -> None:
    customer = world.api("bob").made("customer", name="To be reminded of")
    world.follow_up("bob", customer, date.today() + timedelta(days=10))

    post(world, "/apps/followup/automations/remind_ahead/retire")

    with world.app.app_context():
        assert db.session.scalars(select(Timer).where(Timer.state == "planned")).all() == []


def test_roles_are_added_renamed_and_deleted(world: World) -> None:
    make_app(world, "roles", languages=("en", "zh"))

    command(world, "roles", "role.add", title="Chef", locale="en")
    command(world, "roles", "role.title", role="chef", value={"en": "Boss", "zh": "老板"})
    assert [role["title"] for role in document(world, "roles")["roles"]][1:] == [{"en": "Boss", "zh": "老板"}]
    page = world.browsers["dora"].get("/apps/roles/app/roles/design/roles?sel=role/chef")
    assert "Boss" in page.text
    command(world, "roles", "role.delete", role="chef")

    assert [role["key"] for role in document(world, "roles")["roles"]] == ["member"]


def test_the_matrix_of_the_shipped_app_comes_out_as_it_went_in() -> None:
    for name in ("followup", "assets", "leave", "visitors"):
        for role in gallery.package(name)["definitions"]["app"]["roles"]:
            built: list[Any] = []
            for grant in role["grants"]:
                for action in (action for action in grant["actions"] if action != "create"):
                    built = grants.changed(built, grant["form"], action, grant["scope"], True)
            for grant in role["grants"]:
                if "create" in grant["actions"]:
                    built = grants.changed(built, grant["form"], "create", "own", True)
            assert plain(built) == plain(role["grants"]), (name, role["key"])


def plain(listed: list[Any]) -> set[Any]:
    return {(grant["form"], grant["scope"], frozenset(grant["actions"])) for grant in listed}


def test_taking_every_right_back_leaves_no_grant() -> None:
    built = grants.changed([], "a", "read", "all", True)
    built = grants.changed(built, "a", "create", "own", True)
    built = grants.changed(built, "b", "read", "own", True)

    for action, scope in (("read", "all"), ("create", "own")):
        built = grants.changed(built, "a", action, scope, False)

    assert plain(built) == {("b", "own", frozenset({"read"}))}


def test_settings_are_kept_and_unfit_ones_refused(world: World) -> None:
    make_app(world, "settings")
    for name, value in (("zone", "Europe/Paris"), ("icon", "truck"), ("languages", ["zh"]), ("review", True)):
        command(world, "settings", "app.set", name=name, value=value)
    own = document(world, "settings")
    assert (own["zone"], own["icon"], own["default_locale"], own["review"]) == (
        "Europe/Paris",
        "truck",
        "zh",
        True,
    )

    for name, value in (
        ("zone", "Nowhere"),
        ("start", "nothing"),
        ("icon", "<svg>"),
        ("title", {}),
        ("languages", []),
    ):
        command(world, "settings", "app.set", name=name, value=value)
    assert document(world, "settings") == own
    command(world, "settings", "app.set", name="review", remove=True)
    assert "review" not in document(world, "settings")
    for tab in ("settings", "roles", "overview"):
        assert world.browsers["dora"].get(f"/apps/settings/app/settings/design/{tab}").status_code == 200


def test_days_of_the_calendar_stand_in_their_order(world: World) -> None:
    make_app(world, "days")
    command(world, "days", "app.holiday.add", date="2026-10-01", title="National Day")
    command(world, "days", "app.holiday.add", date="2026-09-27", working="yes")
    command(world, "days", "app.holiday.add", date="not a day")

    assert document(world, "days")["holidays"] == [
        {"date": "2026-09-27", "working": True},
        {"date": "2026-10-01", "title": {"en": "National Day"}},
    ]
    for day in ("2026-10-01", "2026-09-27"):
        command(world, "days", "app.holiday.delete", date=day)
    assert "holidays" not in document(world, "days")


def test_an_app_begins_where_it_is_set_to(world: World) -> None:
    make_app(world, "begins")
    post(world, "/apps/begins/new/forms", title="First")
    publish_draft(world, "begins", "form", "first")
    command(world, "begins", "app.set", name="start", value="first")
    publish_draft(world, "begins", "app", "begins")

    assert world.browsers["anna"].get("/apps/begins/").location == "/apps/begins/forms/first/"
    assert world.browsers["anna"].get("/apps/begins/?all=1").status_code == 200


def test_the_list_of_a_form_is_set_on_its_page(world: World) -> None:
    page = world.browsers["dora"].get("/apps/followup/forms/visit/design/list")

    assert page.status_code == 200 and "column-customer" in page.text


def test_every_command_on_apps_is_about_the_app_only() -> None:
    own = [c for name, c in COMMANDS.items() if name.startswith(("app.", "role.", "grant."))]

    assert len(own) == 7 and all(command.kinds == ("app",) for command in own)


def test_a_reference_fills_fields_while_no_form_is_published_yet(world: World) -> None:
    make_app(world, "fresh")
    for title in ("Customer", "Order"):
        post(world, "/apps/fresh/new/forms", title=title)
    for form, kind, title in (
        ("customer", "phone", "Phone"),
        ("order", "reference", "Who"),
        ("order", "phone", "Phone"),
    ):
        in_form(world, "fresh", form, "field.add", type=kind, title=title)

    in_form(world, "fresh", "order", "reference.fill", field="who", target="phone")

    assert document(world, "fresh", "form", "order")["properties"]["who"]["fw"]["fill"] == {"phone": "phone"}


def in_form(world: World, app: str, form: str, do: str, **args: Any) -> None:
    """Do a command on a form, as its page does."""
    asked = json.dumps({"name": do, "args": args})
    answer = post(world, f"/apps/{app}/forms/{form}/design/commands", do=asked, rev="999999")
    assert answer.status_code == 303, answer.text
