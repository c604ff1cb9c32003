"""The index of the quick search: what it finds is what the texts hold, on both databases, however they were written."""

import signal

import pytest
import time_machine
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, literal, select, text, update
from sqlalchemy.orm import Session

from runtime import batches, grams, jobs, outbox, schema
from runtime.accounts.models import User
from runtime.check import violations
from runtime.db import db, transaction, writing
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.outbox import Outbox
from runtime.records import finding, query, search, search_index, search_texts
from runtime.records.models import SearchIndex
from runtime.records.tables import table
from runtime.times import now
from tests.conftest import Queries, both_databases
from tests.records import test_query
from tests.records.factory import field, form_document, publish, shop
from tests.records.test_query import order, saved

sqlite_template, clerk = test_query.sqlite_template, test_query.clerk

TITLES = [
    "宁波远洋物流",
    "上海华信",
    "AB 宁波 BC",
    "abc",
    "ab bc",
    "12.50 元",
    "王珊",
    "远洋 宁波",
    "ＡＢ１２",
]
OWN = {"form": "order", "actions": ["read"], "scope": "own"}
WORDS = (
    *("宁波", "远洋物流", "波远", "王", "洋 宁", "物流 宁波", "nbyy", "ningbo"),
    *("abc", "ab", "12.50", "2.5", "ab12", "b", "%"),
)


def found(user: User, search: str) -> list[int]:
    return sorted(each.id for each in query.page(user, order(), search=search).items)


def by_reading(search: str) -> list[int]:
    own = table(order()).c
    rows = db.session.execute(select(own.id, own.search_text)).all()
    return sorted(row.id for row in rows if all(word in row.search_text for word in search.lower().split()))


@both_databases
def test_a_search_by_the_index_finds_what_the_texts_hold(clerk: User) -> None:
    for title in TITLES:
        saved("order", {"title": title})
    for word in WORDS:
        assert found(clerk, word) == by_reading(word), word
        assert query.count(clerk, order(), search=word) == len(by_reading(word)), word
        assert {each.id for each in query.glance(clerk, order(), word, 99)} == set(by_reading(word)), word


@both_databases
def test_given_no_index_that_serves_then_a_glance_looks_at_the_newest_alone(
    clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [saved("order", {"title": title}) for title in ("宁波一", "宁波二", "宁波三")]
    monkeypatch.setattr(search_index, "pieces", lambda _form, _words: None)
    monkeypatch.setattr(query, "NEWEST", 2)
    assert {each.id for each in query.glance(clerk, order(), "宁波", 5)} == set(ids[1:])
    assert query.glance(clerk, order(), " ", 5) == []


@both_databases
def test_given_a_word_in_very_many_records_then_it_is_found_on_a_walk_through_the_list(
    clerk: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for title in TITLES * 2:
        saved("order", {"title": title})
    monkeypatch.setattr(finding, "MAX_COUNTED", 2)
    monkeypatch.setattr(finding, "MANY", 1)
    page = query.page(clerk, order(), search="宁波", limit=3)
    assert (len(page.items), page.total, page.capped) == (3, 1, True)
    rest = query.page(clerk, order(), search="宁波", limit=3, after=page.next)
    assert sorted(each.id for each in [*page.items, *rest.items]) == by_reading("宁波")


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_given_a_word_that_a_sample_calls_common_then_it_is_not_counted_to_ten_thousand(
    clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for title in TITLES:
        saved("order", {"title": title})
    monkeypatch.setattr(search_index, "SAMPLE", 100)
    monkeypatch.setattr(search_index, "ENOUGH", 1)
    monkeypatch.setattr(finding, "MANY", 1)
    page = query.page(clerk, order(), search="宁波", limit=2)
    assert (page.total, page.capped) == (1, True)
    assert {each.id for each in page.items} < set(by_reading("宁波"))


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_postgresql_takes_cutting_a_text_for_dear_so_that_it_asks_the_index(clerk: User) -> None:
    cost = db.session.scalar(text("SELECT procost FROM pg_proc WHERE proname = 'fw_grams'"))
    assert cost == grams.COST > 1000


def own_records_only(user: User, ids: list[int]) -> None:
    """Clerks may read their own records alone, and these are this clerk's."""
    shop(test_query.CUSTOMER, test_query.ORDER, roles={"clerk": [OWN]})
    own = table(order())
    with transaction() as session:
        session.execute(update(own).where(own.c.id.in_(ids)).values(created_by=user.id, owner_id=user.id))


def test_given_rights_with_an_index_of_their_own_then_a_search_begins_with_its_pieces(
    clerk: User,
    queries: Queries,
) -> None:
    own_records_only(clerk, [saved("order", {"title": title}) for title in TITLES])
    queries.clear()
    assert found(clerk, "恐龙") == []
    asked = [each for each in queries.statements if " MATCH " in each]
    plans = [db.session.execute(text(plan_of(each))).all() for each in asked]
    assert asked and not [row for plan in plans for row in plan if " ix_" in str(row)]


def plan_of(statement: str) -> str:
    return f"EXPLAIN QUERY PLAN {statement.replace('?', 'NULL')}"


@both_databases
def test_given_somebody_who_may_read_few_records_then_a_frequent_word_is_sought_in_these(
    clerk: User,
    queries: Queries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mine = [saved("order", {"title": f"宁波 {number}"}) for number in range(6)][:2]
    own_records_only(clerk, mine)
    monkeypatch.setattr(finding, "MAX_COUNTED", 3)
    queries.clear()
    page = query.page(clerk, order(), search="宁波", limit=1)
    assert ([each.id for each in page.items], page.total, page.capped) == ([mine[1]], 2, False)
    assert len([each for each in queries.statements if " MATCH " in each or " @@ " in each]) == 1  # how many


@both_databases
def test_the_index_follows_every_way_of_writing(clerk: User) -> None:
    ids = [saved("order", {"title": title}) for title in ("宁波", "宁波", "上海")]
    own = table(order())
    with transaction() as session:
        session.execute(update(own).where(own.c.id == ids[0]).values(search_text="深圳"))
        session.execute(delete(own).where(own.c.id == ids[1]))
    assert (found(clerk, "宁波"), found(clerk, "深圳"), found(clerk, "上海")) == ([], [ids[0]], [ids[2]])
    assert list(search_index.wrong(order())) == []


@both_databases
def test_given_records_from_before_the_index_when_the_job_is_killed_and_runs_again_then_all_are_found(
    clerk: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(search_index, "BATCH", 2)
    ids = [saved("order", {"title": "宁波"}) for _ in range(5)]
    lease = as_before_the_index(order())
    assert found(clerk, "宁波") == ids  # by reading
    killed(order())
    own = table(order())
    with transaction() as session:  # meanwhile others write
        session.execute(update(own).where(own.c.id.in_(ids[:1] + ids[-1:])).values(search_text="深圳"))
    user_id = clerk.id
    jobs.work_off(lease)
    clerk = db.session.get_one(User, user_id)
    assert (
        db.session.scalar(select(SearchIndex.state).where(SearchIndex.form_id == order().definition_id))
        == "ready"
    )
    assert (found(clerk, "宁波"), found(clerk, "深圳")) == (ids[1:-1], [ids[0], ids[-1]])
    assert list(search_index.wrong(order())) == []


def test_check_finds_a_record_that_the_index_lost_and_one_that_is_gone(clerk: User) -> None:
    ids = [saved("order", {"title": title}) for title in ("宁波", "上海")]
    name = f"search_{order().definition_id}"
    with transaction() as session:
        session.execute(text(f"DELETE FROM {name}_docsize WHERE id = {ids[0]}"))
        session.execute(text(f"INSERT INTO {name} (rowid, grams) VALUES (999, 'x')"))
    assert list(search_index.wrong(order())) == [(ids[0], "missing"), (999, "left over")]


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_check_finds_a_lost_index(clerk: User) -> None:
    with transaction() as session:
        session.execute(text(f"DROP INDEX gin_{order().table_name}_search_text"))
    assert list(search_index.wrong(order())) == [(0, "missing")]


def as_before_the_index(form: Form) -> jobs.Lease:
    """The form's table without its index, and the work of making it."""
    with transaction() as session:
        row = session.query(SearchIndex).filter_by(form_id=form.definition_id).one()
        row.state = "waiting"
        without_index(session, form)
        outbox_id = outbox.put(session, search_index.KIND, row.id)
    lease = jobs.claim(outbox_id)
    assert lease is not None
    return lease


def without_index(session: Session, form: Form) -> None:
    if db.engine.dialect.name == "sqlite":
        for each in ("insert", "update", "delete"):
            session.execute(text(f"DROP TRIGGER search_{form.definition_id}_{each}"))
        session.execute(text(f"DROP TABLE search_{form.definition_id}"))
    else:
        session.execute(text(f"DROP INDEX gin_{form.table_name}_search_text"))


@both_databases
def test_given_records_from_before_an_upgrade_then_migrated_jobs_take_them_in(clerk: User) -> None:
    ids = [saved("order", {"title": title}) for title in ("宁波", "上海 宁波")]
    forms, user_id = lookup.forms("shop"), clerk.id
    with transaction() as session:
        for form in forms:
            without_index(session, form)
        session.execute(text("DROP TABLE search_indexes"))
        if db.engine.dialect.name == "postgresql":
            session.execute(text("DROP FUNCTION fw_grams"))
    db.session.remove()
    scripts = ScriptDirectory.from_config(schema.alembic_config())
    with (
        writing(),
        db.engine.begin() as connection,
        Operations.context(MigrationContext.configure(connection)),
    ):
        for revision in ("0023", "0026"):
            scripts.get_revision(revision).module.upgrade()
    for lease in jobs.claim_due():
        jobs.work_off(lease)
    assert db.session.scalars(select(SearchIndex.state)).all() == ["ready"] * len(forms)
    assert found(db.session.get_one(User, user_id), "宁波") == ids
    assert list(search_index.wrong(order())) == []


@both_databases
def test_given_a_field_that_left_the_form_then_nobody_finds_records_by_it(clerk: User) -> None:
    ids = [saved("order", {"title": "上海", "note": "secret"}) for _ in range(3)]
    assert found(clerk, "secret") == ids
    smaller = {key: each for key, each in test_query.ORDER["properties"].items() if key != "note"}
    publish("form", "order", {**test_query.ORDER, "properties": smaller})
    with transaction() as session:
        search_texts.plan(session, order(), [test_query.ORDER])
    assert (found(clerk, "secret"), found(clerk, "上海")) == ([], ids)  # at once, by reading the fields
    user_id = clerk.id
    _work_off()
    assert db.session.scalars(
        select(SearchIndex.state).where(SearchIndex.form_id == order().definition_id)
    ).all() == ["stale"]
    # A save that began before the publish ends after its record was gone through.
    own = table(order())
    with transaction() as session:
        late = {"search_text": "secret", "version_id": order().version_id - 1, "updated_at": now()}
        session.execute(update(own).where(own.c.id == ids[0]).values(**late))
    with time_machine.travel(now() + 2 * search_texts.SLOWEST):
        _work_off()
    clerk = db.session.get_one(User, user_id)
    assert db.session.scalars(select(SearchIndex.state).distinct()).all() == ["ready"]
    assert search.sought(order(), "secret", frozenset()).pieces is not None
    assert (found(clerk, "secret"), found(clerk, "shanghai")) == ([], ids)


def _work_off() -> None:
    while leases := jobs.claim_due():
        for lease in leases:
            jobs.work_off(lease)


def test_a_job_of_the_search_that_was_given_up_is_told(clerk: User) -> None:
    with transaction() as session:
        index = session.scalars(select(SearchIndex)).first()
        assert index is not None
        row = Outbox(kind=search_texts.KIND, ref_id=index.id, state="dead", error="disk full", due_at=now())
        session.add(row)
    told = [each for each in violations() if each["rule"] == "the_index_of_a_search_is_being_made"]
    assert [(each["job"], each["error"]) for each in told] == [("search_texts", "disk full")]


@pytest.mark.parametrize(
    ("earlier", "stale"),
    [
        (["title", "note"], False),
        (["title"], False),  # no record has a value in a new field
        (["title", "note", "gone"], True),
        (["title", "note", ""], True),  # it had left the form and comes back with the values that are kept
    ],
)
def test_texts_are_made_anew_only_where_they_hold_something_else(
    clerk: User, earlier: list[str], stale: bool
) -> None:
    def document(*keys: str) -> dict[str, object]:
        return form_document("order", {key: field("text") for key in keys})

    history = [document(*filter(None, earlier))] + ([document("title")] if "" in earlier else [])
    with transaction() as session:
        search_texts.plan(session, order(), history)
    state = select(SearchIndex.state).where(SearchIndex.form_id == order().definition_id)
    assert db.session.scalar(state) == ("stale" if stale else "ready")


def test_the_limit_of_the_worker_does_not_end_the_building_of_an_index(clerk: User) -> None:
    lease = as_before_the_index(order())
    signal.alarm(100)
    with batches.held(lease):
        assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
    assert signal.alarm(0) > 90


def killed(form: Form) -> None:
    """What a job leaves behind that is killed after its first commit."""
    with transaction() as session:
        if db.engine.dialect.name == "sqlite":
            assert not search_index._take_in(session, form)
        else:
            session.execute(text(f"CREATE INDEX gin_{form.table_name}_search_text ON {form.table_name} (id)"))
            session.execute(
                text("UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass(:name)"),
                {"name": f"gin_{form.table_name}_search_text"},
            )


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(said=st.text(st.sampled_from("abz019 \t%'\\:&宁波。é𠮷"), max_size=30))
def test_postgresql_cuts_texts_as_we_do(clerk: User, said: str) -> None:
    cut = db.session.scalar(select(func.tsvector_to_array(func.fw_grams(literal(said)))))
    assert sorted(cut or []) == sorted(set(grams.of_text(said).split(" ")) - {""})


@settings(deadline=None)
@given(before=st.text("ab宁波。- "), word=st.text("ab宁波。-", min_size=1), after=st.text("ab宁波。- "))
def test_a_text_has_all_pieces_of_the_words_in_it(before: str, word: str, after: str) -> None:
    pieces = grams.of_text(before + word + after).split(" ")
    whole, begun = grams.of_word(word)
    assert set(whole) <= set(pieces)
    assert all(any(piece.startswith(each) for piece in pieces) for each in begun)


@both_databases
def test_a_search_asks_two_statements_more_than_a_list(clerk: User, queries: Queries) -> None:
    for title in TITLES:
        saved("order", {"title": title})
    assert clerk.id
    query.page(clerk, order())
    queries.clear()
    query.page(clerk, order())
    plain = queries.count
    queries.clear()
    query.page(clerk, order(), search="宁波")
    assert queries.count == plain + 2  # whether the index serves, and how much it finds


@both_databases
def test_who_may_not_see_a_field_is_not_served_by_the_index_which_holds_it(clerk: User) -> None:
    saved("order", {"title": "上海", "note": "宁波"})
    assert search.sought(order(), "宁波", frozenset()).pieces is not None
    seen = search.sought(order(), "宁波", frozenset({"note"}))
    assert seen.pieces is None and len(seen.plain) == 1
    found_by_reading = select(table(order()).c.id).where(*seen.plain)
    assert db.session.scalars(found_by_reading).all() == []
