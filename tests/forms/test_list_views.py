"""Views of a list: a person's own, which nobody else sees, and those for everybody."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from itertools import permutations

import pytest
from flask import Flask
from sqlalchemy import inspect, select, text
from werkzeug.test import TestResponse

from builder import drafts, publish
from runtime import jobs, outbox
from runtime.accounts.models import User, UserRole
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.forms.lists.models import ListView
from runtime.records import tables, view_indexes
from tests.conftest import both_databases
from tests.forms.followup import FOLLOWUP, Browser, install, make_all, sign_in

LIST = f"{FOLLOWUP}/customer/"
VIEWS = f"{LIST}views"
GRADE_A = {"required": ["grade"], "properties": {"grade": {"type": "string", "const": "A"}}}
CUSTOMERS = [{"name": "Acme", "grade": "A"}, {"name": "Bolt", "grade": "B"}, {"name": "Crane", "grade": "A"}]


@pytest.fixture(autouse=True)
def customers(seller: User) -> list[int]:
    if not lookup.apps():  # on PostgreSQL
        install()
    return make_all("customer", CUSTOMERS)


@pytest.fixture
def designer(browser: Browser, alice: User) -> Browser:
    """Alice, who may share views."""
    return Browser(sign_in(browser.client.application.test_client(), alice))


@pytest.fixture
def colleague(browser: Browser, charlie: User) -> Browser:
    """Charlie, who manages sales."""
    with transaction() as session:
        session.add(UserRole(user_id=charlie.id, app="followup", role="manager"))
    return Browser(sign_in(browser.client.application.test_client(), charlie))


def save(browser: Browser, title: str = "A first", **more: str) -> TestResponse:
    """Save the list of customers with the grade A, by falling names."""
    look = {"filter": json.dumps(GRADE_A), "sort": "-name", "cols": "name,grade"}
    return browser.client.post(VIEWS, data={**look, "title": title, "act": "save", **more})


def names(page: str) -> list[str]:
    return re.findall(rf'class="fw-title"><a href="{LIST}\d+/[^>]*>([^<]*)<', page)


def tabs(page: str) -> dict[str, str]:
    """The views above the list, each with where it leads."""
    nav = re.search(r'<nav class="fw-views.*?</nav>', page, re.S)
    found = re.findall(r'<a class="nav-link[^"]*" href="([^"]*)"[^>]*>([^<]*)', nav[0]) if nav else []
    return {unescape(title).strip(): unescape(address) for address, title in found}


def test_given_a_filtered_list_when_it_is_saved_as_a_view_then_a_tab_leads_to_the_same_list(
    browser: Browser,
) -> None:
    answer = save(browser)

    assert answer.status_code == 303
    page = browser.open(answer.location).text
    assert names(page) == ["Crane", "Acme"]
    assert tabs(page)["A first"] == answer.location
    assert names(browser.open(tabs(page)["All"]).text) == ["Acme", "Bolt", "Crane"]


def test_given_a_view_when_something_else_is_chosen_then_it_says_changed_and_can_be_saved_again(
    browser: Browser,
) -> None:
    address = save(browser).location
    assert "fw-changed" not in browser.open(address).text

    changed = browser.open(f"{address}&sort=name").text

    assert "fw-changed" in changed and names(changed) == ["Acme", "Crane"]
    view = address.split("view=")[1]
    browser.client.post(VIEWS, data={"view": view, "sort": "name", "title": "A first", "act": "save"})
    page = browser.open(address).text
    assert names(page) == ["Acme", "Crane"]
    assert list(tabs(page)) == ["All", "A first"]


def test_given_a_view_when_the_filter_is_taken_away_then_the_address_says_so_and_keeps_the_rest(
    browser: Browser,
) -> None:
    page = browser.open(save(browser).location).text
    cleared = unescape(re.search(r'class="fw-chip">[^<]*<a href="([^"]*)"', page)[1])  # type: ignore[index]

    assert "filter=&" in cleared or cleared.endswith("filter=")
    assert names(browser.open(cleared).text) == ["Crane", "Bolt", "Acme"]


def test_given_a_view_of_his_own_when_others_look_then_they_find_nothing_of_it(
    browser: Browser, colleague: Browser, designer: Browser
) -> None:
    address = save(browser, title="Zwitscher").location

    for other in (colleague, designer):
        for page in (LIST, address, f"{LIST}?panel=view"):
            assert "Zwitscher" not in other.open(page).text
        assert "There is no such view" in other.open(address).text
        taken = other.client.post(VIEWS, data={"view": address.split("view=")[1], "act": "delete"})
        assert taken.status_code == 404
    assert "Zwitscher" in browser.open(LIST).text


def test_given_views_of_his_own_when_one_is_moved_then_its_tab_stands_there_and_only_for_him(
    browser: Browser, colleague: Browser
) -> None:
    refs = [save(browser, title=title).location.split("view=")[1] for title in ("One", "Two", "Three")]

    def moved(ref: str, by: str, status: int = 303) -> list[str]:
        sent = {"view": refs[0], "moved": ref, "by_places": by, "q": "acme"}
        answer = browser.client.post(f"{VIEWS}/move?panel=view", data=sent)
        assert answer.status_code == status
        if status == 303:
            assert all(part in answer.location for part in (f"view={refs[0]}", "q=acme", "panel=view"))
        return [title for title in tabs(browser.open(LIST).text) if title in ("One", "Two", "Three")]

    assert moved(refs[2], "-1") == ["One", "Three", "Two"]
    assert moved(refs[0], "9") == ["Three", "Two", "One"]
    assert moved(refs[0], "-99") == ["One", "Three", "Two"]
    for nonsense in ("", "x", "1.5", "9" * 30, "\u0661"):
        assert moved(refs[0], nonsense) == ["One", "Three", "Two"]
    browser.client.post(VIEWS, data={"view": refs[2], "act": "delete"})
    save(browser, title="Four")
    assert list(tabs(browser.open(LIST).text))[-3:] == ["One", "Two", "Four"]
    assert moved("no-view", "1", 404) and moved(refs[2], "1", 404)
    assert (
        colleague.client.post(f"{VIEWS}/move", data={"moved": refs[0], "by_places": "1"}).status_code == 404
    )


def test_given_a_view_to_open_with_when_the_person_comes_back_then_it_is_there_and_all_is_one_click_away(
    browser: Browser, colleague: Browser
) -> None:
    save(browser, opens="on")

    page = browser.open(LIST).text

    assert names(page) == ["Crane", "Acme"]
    assert names(browser.open(tabs(page)["All"]).text) == ["Acme", "Bolt", "Crane"]
    assert names(browser.open(f"{LIST}?sort=-name").text) == ["Crane", "Bolt", "Acme"]
    assert len(names(colleague.open(LIST).text)) == 3
    view = tabs(page)["A first"].split("view=")[1]
    browser.client.post(VIEWS, data={"view": view, "act": "delete"})
    assert names(browser.open(LIST).text) == ["Acme", "Bolt", "Crane"]
    assert "A first" not in browser.open(LIST).text


def test_given_a_designer_when_a_view_is_saved_for_everybody_then_everybody_finds_it_and_it_is_a_version(
    browser: Browser, designer: Browser, colleague: Browser
) -> None:
    address = save(designer, title="重点客户", shared="on").location

    for person in (browser, colleague, designer):
        page = person.open(address).text
        assert names(page) == ["Crane", "Acme"]
        assert tabs(page)["重点客户"] == address
    db.session.rollback()
    [view] = lookup.views("followup", "customer")
    assert view.key.startswith("zhong")
    assert (view.document["sort"], view.number) == ("-name", 1)
    again = {"view": view.key, "shared": "on", "title": "重点客户", "sort": "name", "act": "save"}
    designer.client.post(VIEWS, data=again)
    db.session.rollback()
    [view] = lookup.views("followup", "customer")
    assert view.number == 2
    assert designer.client.post(VIEWS, data={"view": view.key, "act": "delete"}).status_code == 303
    db.session.rollback()
    assert lookup.views("followup", "customer") == []


def test_given_an_own_view_when_another_is_saved_under_its_name_then_the_page_refuses_and_both_stay(
    browser: Browser,
) -> None:
    first = save(browser).location
    other = browser.client.post(VIEWS, data={"title": "Other", "act": "save"}).location

    for sent in ({}, {"view": other.split("view=")[1]}):
        answer = browser.client.post(VIEWS, data={"title": "A first", "act": "save", "sort": "name", **sent})
        assert answer.status_code == 422
        assert "another view of this name" in answer.text
    assert names(browser.open(first).text) == ["Crane", "Acme"]
    assert list(tabs(browser.page)) == ["All", "A first", "Other"]


def package_view(**more: object) -> None:
    """A view as a package brings it, with a title in two languages."""
    own = {
        "$schema": "urn:formwright:view:1",
        "key": "ours",
        "form": "customer",
        "kind": "list",
        "sort": "name",
    }
    with transaction():
        document = {**own, "title": {"en": "Ours", "zh": "我们的"}, **more}
        drafts.save_draft(None, "followup", "view", "ours", document)


def publish_view() -> None:
    with transaction():
        publish.publish(None, "followup", "view", "ours")


def test_given_a_view_of_a_package_when_it_is_saved_again_then_it_keeps_what_the_list_does_not_know(
    designer: Browser,
) -> None:
    package_view()
    publish_view()

    save(designer, title="Ours", view="ours", shared="on")

    db.session.rollback()
    [view] = lookup.views("followup", "customer")
    assert view.document["title"] == {"en": "Ours", "zh": "我们的"}
    assert (view.number, view.document["sort"], view.document["filter"]) == (2, "-name", GRADE_A)
    save(designer, title="Ours", view="ours", shared="on", filter="")
    db.session.rollback()
    assert "filter" not in lookup.views("followup", "customer")[0].document


def test_given_a_draft_of_a_view_when_the_list_saves_the_view_then_it_is_refused_and_the_draft_stays(
    designer: Browser,
) -> None:
    package_view()
    publish_view()
    package_view(sort="grade")

    answer = save(designer, title="Ours", view="ours", shared="on")

    assert answer.status_code == 422
    assert "works on a draft" in answer.text
    db.session.rollback()
    assert lookup.views("followup", "customer")[0].number == 1
    assert drafts.read_draft("followup", "view", "ours").document["sort"] == "grade"


def test_given_a_shared_view_called_all_when_it_and_the_whole_list_are_opened_then_each_is_itself(
    designer: Browser,
) -> None:
    address = save(designer, title="All", shared="on", opens="on").location

    assert names(designer.open(address).text) == ["Crane", "Acme"]
    assert names(designer.open(LIST).text) == ["Crane", "Acme"]
    whole = re.search(r'<nav class="fw-views[^>]*>\s*<a class="nav-link" href="([^"]*)"', designer.page)
    assert whole and names(designer.open(unescape(whole[1])).text) == ["Acme", "Bolt", "Crane"]


def test_given_a_shared_view_when_its_panel_opens_then_deleting_it_takes_a_second_step(
    browser: Browser, designer: Browser
) -> None:
    shared, own = save(designer, title="Ours", shared="on").location, save(browser).location

    assert "<summary>Delete the view</summary>" in designer.open(f"{shared}&panel=view").text
    assert "<summary>" not in browser.open(f"{own}&panel=view").text.partition('id="panel"')[2]


def test_given_somebody_who_may_not_design_when_he_shares_or_deletes_a_shared_view_then_he_is_refused(
    browser: Browser, designer: Browser
) -> None:
    shared = save(designer, title="Ours", shared="on").location.split("view=")[1]

    assert 'name="shared"' not in browser.open(f"{LIST}?panel=view").text
    assert save(browser, shared="on").status_code == 403
    assert browser.client.post(VIEWS, data={"view": shared, "act": "delete"}).status_code == 403
    assert "Ours" in browser.open(LIST).text


def test_given_a_name_that_is_none_when_a_view_is_saved_then_the_form_says_so_and_nothing_is_stored(
    browser: Browser,
) -> None:
    for title in ("", "   ", "x" * 81, "a\x00b", "\u200b"):
        answer = save(browser, title=title)

        assert answer.status_code == 422, title
        assert "Give the view a name" in answer.text
        assert names(answer.text) == ["Crane", "Acme"], "what was chosen is still there"
    assert db.session.scalars(select(ListView)).all() == []


def test_given_fifty_views_when_one_more_is_saved_then_the_page_says_why_not(
    browser: Browser, bob: User
) -> None:
    form = lookup.form("followup", "customer").definition_id
    with transaction() as session:
        session.add_all(
            ListView(user_id=bob.id, form_id=form, title=f"View {number}", look={}) for number in range(51)
        )

    answer = save(browser)

    assert answer.status_code == 422
    assert "Delete one first" in answer.text


@both_databases
def test_given_a_button_that_is_pressed_many_times_when_a_view_is_saved_then_there_is_one(
    app: Flask, alice: User
) -> None:
    clients = [sign_in(app.test_client(), alice)]
    with clients[0].session_transaction() as known:
        values = dict(known)
    for _number in range(4):
        clients.append(app.test_client())
        with clients[-1].session_transaction() as cookie:
            cookie.update(values)
    db.session.rollback()

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda client: save(Browser(client)), clients))

        shared = list(pool.map(lambda client: save(Browser(client), "Ours", shared="on"), clients))

    for each in (answers, shared):
        assert [answer.status_code for answer in each] == [303] * 5
        assert len({answer.location for answer in each}) == 1


def test_given_a_view_that_is_none_when_it_is_opened_then_the_whole_list_is_there(browser: Browser) -> None:
    for view in ("own-999999", "own-x", "own-", "nothing", "own-" + "9" * 30, "%00"):
        page = browser.open(f"{LIST}?view={view}").text

        assert names(page) == ["Acme", "Bolt", "Crane"], view
        assert "There is no such view" in page


def indexes() -> list[list[str | None]]:
    """The columns of the indexes that views brought."""
    db.session.rollback()
    table = lookup.form("followup", "customer").table_name
    found = inspect(db.session.connection()).get_indexes(table)
    return [each["column_names"] for each in found if str(each["name"]).startswith("iv_")]


def work_off() -> None:
    """What a worker does now."""
    for outbox_id in outbox.due_ids():
        jobs.work(outbox_id)


def waits() -> str | None:
    """What becomes of the job that builds indexes."""
    db.session.rollback()
    return db.session.scalar(select(outbox.Outbox.state).where(outbox.Outbox.kind == view_indexes.KIND))


@both_databases
def test_given_published_views_when_they_change_then_each_has_the_index_that_serves_it_and_no_other(
    app: Flask, alice: User
) -> None:
    designer = Browser(sign_in(app.test_client(), alice))
    shared = save(designer, shared="on").location.split("view=")[1]
    assert indexes() == [["grade", "_name", "id"]]

    changed = {"view": shared, "shared": "on", "title": "A first", "sort": "-state,name", "act": "save"}
    designer.client.post(VIEWS, data=changed)
    assert indexes() == [["grade", "state", "_name", "id"]]

    with transaction():
        publish.rollback(None, "followup", "view", shared, 1)
    assert indexes() == [["grade", "_name", "id"]]

    designer.client.post(VIEWS, data={"view": shared, "act": "delete"})
    assert indexes() == []


def view_of(*keys: str) -> dict[str, object]:
    return {"sort": ",".join(keys)}


def test_given_long_texts_when_a_view_compares_and_sorts_by_several_then_its_index_holds_what_fits(
    app: Flask,
) -> None:
    form = lookup.form("followup", "customer")
    all_ = ("number", "name", "address", "email")
    assert tables.widest(form, all_[:-1]) < tables.MAX_INDEXED_BYTES < tables.widest(form, all_)
    equal = {
        "required": list(all_[:2]),
        "properties": {key: {"type": "string", "const": "x"} for key in all_[:2]},
    }

    found = view_indexes.columns(form, {"filter": equal, "sort": ",".join(all_[2:])})

    assert found == ("number", "name", "_address", "id")


def test_given_many_views_when_they_are_published_then_the_form_has_so_many_indexes_and_no_more(
    app: Flask,
) -> None:
    form = lookup.form("followup", "customer")
    plain = ["grade", "state", "name", "updated_at", "created_at"]
    views = [view_of(*pair) for pair in permutations(plain, 2)] + [view_of("grade", "id")]
    first = view_of("grade", "state")

    with transaction() as session:
        view_indexes.reconcile(session, form, [first, first, *views, *map(dict, views)])

    assert ["grade", "state", "id"] in indexes()
    assert len(indexes()) == view_indexes.MOST_INDEXES


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_given_a_large_table_when_a_view_is_published_then_a_job_builds_its_index_and_mends_a_broken_one(
    app: Flask, designer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view_indexes, "LARGE", 2)
    save(designer, shared="on")
    assert indexes() == []
    with db.engine.connect() as other:  # builds them, and what it has begun is not taken away
        lock = {"id": lookup.form("followup", "customer").definition_id}
        other.execute(text("SELECT pg_advisory_lock(hashtext('view_indexes'), :id)"), lock)
        work_off()
        assert indexes() == [] and waits() == "pending"
        other.execute(text("SELECT pg_advisory_unlock(hashtext('view_indexes'), :id)"), lock)
    with transaction() as session:  # what a build leaves behind that was killed
        name = tables.index_name("iv", lookup.form("followup", "customer"), ("grade", "_name", "id"))
        own = tables.table(lookup.form("followup", "customer")).name
        session.execute(text(f'CREATE INDEX "{name}" ON "{own}" (id)'))
        session.execute(
            text("UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass(:name)"),
            {"name": f'"{name}"'},
        )

    save(designer, title="Another", shared="on")  # whatever is published next sets it going again
    assert waits() == "pending"
    for _time in range(2):
        work_off()

        assert indexes() == [["grade", "_name", "id"]]
    assert waits() == "done"


def test_given_a_shared_view_over_a_hidden_field_when_the_list_opens_then_who_may_not_see_it_finds_no_view(
    browser: Browser, designer: Browser
) -> None:
    save(designer, title="Telltale", shared="on")
    document = json.loads(json.dumps(lookup.form("followup", "customer").document, default=str))
    document["properties"]["grade"]["fw"]["access"] = {"sales": "hidden"}
    with transaction():
        drafts.save_draft(None, "followup", "form", "customer", document)
        publish.publish(None, "followup", "form", "customer")

    assert "Telltale" in designer.open(LIST).text
    assert "Telltale" not in browser.open(LIST).text


def test_given_a_board_for_everybody_when_the_forms_list_is_designed_then_it_stands_there_and_leads_to_its_page(
    designer: Browser,
) -> None:
    shared = save(designer, title="By grade", shared="on", kind="board", by="grade").location.split("view=")[
        1
    ]

    page = designer.open(f"{LIST}design/list").text

    assert f'href="/apps/followup/views/{shared}/design/">By grade</a>' in page
    assert ">Board</span>" in page
    [view] = lookup.views("followup", "customer")
    assert (view.kind, view.document["group_by"]) == ("board", "grade")
