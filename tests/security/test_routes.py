"""Who gets what from every address there is: a route that is missing in the table fails the test."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from runtime import paper, web
from runtime.accounts import links
from runtime.accounts.models import User
from runtime.db import db, transaction
from tests.support.world import World

pytestmark = pytest.mark.slow

# What each of them gets: anonymous, stranger (signed in, no role), reader, editor (sales), designer, admin.
WHO = ("anonymous", "stan", "rita", "bob", "dora", "anna")
Address = Callable[..., str]
# What a guest sends does nothing in the name of whoever is signed in; in a frame of another site our cookies are away.
# Where the library is not installed nobody gets a PDF.
PRINTED = (401, 404, *((303, 303, 404, 303) if paper.is_available() else (404, 404, 404, 404)))
IN_NOBODYS_NAME = {
    "public.send",
    "public.evaluate",
    "public_files.upload",
    "public_files.withdraw",
    "public_later.mail",
}
SIGN_IN = 303  # to the sign-in page; a sent form gets the page that keeps what was typed, 401

# Pages. GET and POST apart; a record of the editor's own, of which the reader may only read.
PAGES: dict[tuple[str, str], tuple[int, ...]] = {
    ("GET", "home.index"): (303, 200, 200, 200, 200, 200),
    ("GET", "going.index"): (303, 200, 200, 200, 200, 200),
    ("GET", "static"): (200, 200, 200, 200, 200, 200),
    ("GET", "health.healthz"): (503, 503, 503, 503, 503, 503),  # neither worker nor Redis run here
    ("GET", "accounts.login"): (200, 303, 303, 303, 303, 303),
    ("POST", "accounts.login"): (422, 303, 303, 303, 303, 303),
    ("POST", "accounts.logout"): (303, 303, 303, 303, 303, 303),
    ("GET", "accounts.present"): (303, 204, 401, 401, 401, 401),  # the page asks of stan
    ("GET", "accounts.setup"): (404, 404, 404, 404, 404, 404),
    ("POST", "accounts.setup"): (404, 404, 404, 404, 404, 404),
    ("GET", "accounts.password"): (404, 404, 404, 404, 404, 404),
    ("POST", "accounts.password"): (404, 404, 404, 404, 404, 404),
    ("GET", "accounts.profile"): (303, 200, 200, 200, 200, 200),
    ("POST", "accounts.profile"): (401, 303, 303, 303, 303, 303),
    ("POST", "accounts.change_password"): (401, 422, 422, 422, 422, 422),
    ("POST", "accounts.language"): (303, 303, 303, 303, 303, 303),
    ("POST", "accounts.theme"): (303, 303, 303, 303, 303, 303),
    ("GET", "inbox.index"): (303, 200, 200, 200, 200, 200),
    ("GET", "inbox.badge"): (303, 200, 200, 200, 200, 200),
    ("POST", "inbox.open_notice"): (401, 404, 404, 404, 404, 404),
    ("POST", "inbox.read_all"): (401, 303, 303, 303, 303, 303),
    ("GET", "admin.users"): (303, 404, 404, 404, 404, 200),
    ("GET", "admin.user"): (303, 404, 404, 404, 404, 200),
    ("POST", "admin.user"): (401, 404, 404, 404, 404, 303),
    ("GET", "admin.new_user"): (303, 404, 404, 404, 404, 200),
    ("POST", "admin.new_user"): (401, 404, 404, 404, 404, 422),
    ("POST", "admin.new_link"): (401, 404, 404, 404, 404, 200),
    ("POST", "admin.set_active"): (401, 404, 404, 404, 404, 303),
    ("GET", "admin.departments"): (303, 404, 404, 404, 404, 200),
    ("GET", "admin.department"): (303, 404, 404, 404, 404, 200),
    ("POST", "admin.department"): (401, 404, 404, 404, 404, 422),
    ("GET", "admin.new_department"): (303, 404, 404, 404, 404, 200),
    ("POST", "admin.new_department"): (401, 404, 404, 404, 404, 422),
    ("GET", "admin.runs"): (303, 404, 404, 404, 404, 200),
    ("GET", "admin.deliveries"): (303, 404, 404, 404, 404, 200),
    ("POST", "admin.redrive"): (401, 404, 404, 404, 404, 404),
    ("POST", "admin.end_run"): (401, 404, 404, 404, 404, 404),
    ("GET", "forms.app_home"): (303, 404, 200, 200, 404, 200),
    ("GET", "forms.list_records"): (303, 404, 200, 200, 404, 200),
    ("POST", "lists.choose_columns"): (401, 404, 303, 303, 404, 303),
    ("GET", "cells.edit"): (303, 404, 403, 303, 404, 303),  # without a script the section of the record
    ("POST", "cells.save"): (401, 404, 403, 303, 404, 303),
    ("POST", "cells.undo"): (401, 404, 403, 404, 404, 404),
    ("POST", "lists.set_widths"): (401, 404, 303, 303, 404, 303),
    ("POST", "lists.move_record"): (401, 404, 422, 422, 404, 422),
    ("GET", "transfer.index"): (303, 404, 200, 200, 404, 200),
    ("POST", "transfer.begin"): (401, 404, 303, 303, 404, 303),
    ("POST", "transfer.print_record"): PRINTED,
    ("GET", "transfer.download"): (303, 404, 404, 404, 404, 404),  # of a file that there is not
    ("POST", "transfer.drop"): (401, 404, 404, 404, 404, 404),
    ("GET", "imports.index"): (303, 404, 403, 200, 404, 200),
    ("POST", "imports.begin"): (401, 404, 403, 422, 404, 422),  # nothing was sent
    ("GET", "imports.show"): (303, 404, 403, 404, 404, 404),  # of an import that there is not
    ("GET", "imports.columns"): (303, 404, 403, 404, 404, 404),
    ("POST", "imports.choose_columns"): (401, 404, 403, 404, 404, 404),
    ("GET", "imports.options"): (303, 404, 403, 404, 404, 404),
    ("POST", "imports.choose_options"): (401, 404, 403, 404, 404, 404),
    ("GET", "imports.rows"): (303, 404, 403, 404, 404, 404),
    ("POST", "imports.act"): (401, 404, 403, 404, 404, 404),
    ("GET", "imports.failed"): (303, 404, 403, 404, 404, 404),
    ("GET", "bulk.index"): (303, 404, 200, 200, 404, 200),
    ("POST", "bulk.ask"): (401, 404, 403, 303, 404, 303),  # of nothing chosen
    ("POST", "bulk.begin"): (401, 404, 403, 303, 404, 303),
    ("GET", "bulk.show"): (303, 404, 404, 404, 404, 404),  # of a change that there is not
    ("POST", "bulk.act"): (401, 404, 404, 404, 404, 404),
    ("GET", "merging.ask"): (303, 404, 403, 303, 404, 303),  # of nothing chosen
    ("POST", "merging.merge"): (401, 404, 403, 303, 404, 303),
    ("GET", "trash.index"): (303, 404, 403, 200, 404, 200),
    ("POST", "trash.restore"): (401, 404, 403, 409, 404, 409),  # of nothing chosen
    ("POST", "trash.purge"): (401, 404, 403, 403, 404, 303),  # of nothing chosen
    ("POST", "lists.keep_view"): (401, 404, 422, 422, 404, 422),
    ("POST", "lists.move_view"): (401, 404, 404, 404, 404, 404),
    ("GET", "lists.options_of"): (303, 404, 200, 200, 404, 200),
    ("GET", "forms.new_record"): (303, 404, 403, 200, 404, 200),
    ("POST", "forms.create_record"): (401, 404, 403, 422, 404, 422),
    ("POST", "forms.evaluate_new"): (401, 404, 403, 200, 404, 200),
    ("GET", "drafts.index"): (303, 200, 200, 200, 200, 200),
    ("POST", "drafts.discard"): (401, 404, 404, 404, 404, 404),  # of a draft that there is not
    ("GET", "drafts.open_draft"): (303, 404, 403, 404, 404, 404),
    ("POST", "drafts.keep"): (401, 404, 403, 200, 404, 200),
    ("GET", "forms.options_of"): (303, 404, 404, 200, 404, 200),
    ("GET", "forms.show_record"): (303, 404, 200, 200, 404, 200),
    ("POST", "comments.write"): (401, 404, 422, 422, 404, 422),
    ("POST", "comments.change"): (401, 404, 404, 404, 404, 404),  # a comment that there is not
    ("POST", "comments.seen"): (401, 404, 303, 303, 404, 303),
    ("POST", "comments.upload"): (401, 404, 422, 422, 404, 422),  # an empty file
    ("GET", "comments.waiting"): (303, 404, 404, 404, 404, 404),  # of a file that there is not
    ("POST", "comments.withdraw"): (401, 404, 404, 404, 404, 404),
    ("GET", "comments.get_file"): (303, 404, 404, 404, 404, 404),
    ("GET", "record.following"): (303, 404, 303, 303, 404, 303),
    ("GET", "record.preceding"): (303, 404, 303, 303, 404, 303),
    ("GET", "record.people"): (303, 404, 200, 200, 404, 200),
    ("GET", "versions.index"): (303, 404, 200, 200, 404, 200),
    ("GET", "versions.compare"): (303, 404, 404, 404, 404, 404),  # no two are named
    ("GET", "versions.show"): (303, 404, 200, 200, 404, 200),
    ("POST", "versions.restore"): (401, 404, 403, 422, 404, 422),  # nothing is chosen
    ("GET", "forms.edit_record"): (303, 404, 403, 200, 404, 200),
    ("POST", "forms.change_record"): (401, 404, 403, 303, 404, 303),
    ("POST", "forms.evaluate"): (401, 404, 403, 200, 404, 200),
    ("GET", "forms.confirm_delete"): (303, 404, 403, 200, 404, 200),
    ("POST", "forms.delete_record"): (401, 404, 403, 303, 404, 303),
    ("POST", "files.upload"): (401, 404, 403, 404, 404, 404),
    ("GET", "files.waiting"): (303, 404, 403, 404, 404, 404),
    ("POST", "files.withdraw"): (401, 404, 403, 404, 404, 404),
    ("GET", "files.of_record"): (303, 404, 404, 404, 404, 404),
    ("POST", "automations.switch"): (401, 404, 404, 404, 404, 404),
    ("POST", "automations.run_again"): (401, 404, 404, 404, 404, 404),
    ("GET", "designer.show"): (303, 404, 404, 404, 404, 404),
    ("POST", "designer.command"): (401, 404, 404, 404, 400, 400),
    ("POST", "clipboard.take"): (401, 404, 404, 404, 404, 404),
    ("POST", "clipboard.several"): (401, 404, 404, 404, 404, 404),
    ("POST", "designer.ask"): (401, 404, 404, 404, 404, 404),
    ("POST", "designer.undo"): (401, 404, 404, 404, 404, 404),
    ("POST", "designer.redo"): (401, 404, 404, 404, 404, 404),
    ("GET", "preview.frame"): (303, 404, 404, 404, 404, 404),
    ("POST", "preview.send"): (401, 404, 404, 404, 404, 404),
    ("POST", "preview.evaluate"): (401, 404, 404, 404, 404, 404),
    ("GET", "preview.options_of"): (303, 404, 404, 404, 404, 404),
    ("POST", "preview.share"): (401, 404, 404, 404, 404, 404),
    ("POST", "preview.unshare"): (401, 404, 404, 404, 404, 404),
    ("GET", "public.show"): (404, 404, 404, 404, 404, 404),  # no form is open here
    ("POST", "public.send"): (404, 404, 404, 404, 404, 404),
    ("POST", "public.evaluate"): (404, 404, 404, 404, 404, 404),
    ("GET", "public.answers"): (404, 404, 404, 404, 404, 404),
    ("GET", "public.code"): (404, 404, 404, 404, 404, 404),
    ("GET", "public_later.code"): (404, 404, 404, 404, 404, 404),
    ("GET", "public.sent"): (404, 404, 404, 404, 404, 404),
    ("POST", "public_files.upload"): (404, 404, 404, 404, 404, 404),
    ("GET", "public_files.waiting"): (404, 404, 404, 404, 404, 404),
    ("POST", "public_files.withdraw"): (404, 404, 404, 404, 404, 404),
    ("GET", "public_later.show"): (404, 404, 404, 404, 404, 404),
    ("GET", "public_later.kept"): (404, 404, 404, 404, 404, 404),
    ("POST", "public_later.mail"): (404, 404, 404, 404, 404, 404),
    ("POST", "public_forms.open_up"): (401, 404, 404, 404, 404, 404),
    ("POST", "public_forms.close"): (401, 404, 404, 404, 404, 404),
    ("POST", "public_forms.move"): (401, 404, 404, 404, 404, 404),
    ("POST", "public_forms.settings"): (401, 404, 404, 404, 404, 404),
    ("GET", "public_forms.code"): (303, 404, 404, 404, 404, 404),
    ("GET", "public_forms.picture"): (303, 404, 404, 404, 404, 404),
    ("GET", "public_forms.poster"): (303, 404, 404, 404, 404, 404),
    ("GET", "shared_preview.frame"): (303, 404, 404, 404, 404, 404),
    ("POST", "shared_preview.send"): (401, 404, 404, 404, 404, 404),
    ("POST", "shared_preview.evaluate"): (401, 404, 404, 404, 404, 404),
    ("GET", "shared_preview.options_of"): (303, 404, 404, 404, 404, 404),
    ("GET", "pickers.options_of"): (303, 404, 404, 404, 200, 200),
    ("POST", "checkpoints.add"): (401, 404, 404, 404, 404, 404),
    ("POST", "checkpoints.remove"): (401, 404, 404, 404, 404, 404),
    ("POST", "checkpoints.restore"): (401, 404, 404, 404, 404, 404),
    ("GET", "publishing.review"): (303, 404, 404, 404, 404, 404),
    ("POST", "publishing.do_publish"): (401, 404, 404, 404, 404, 404),
    ("GET", "problems.show"): (303, 404, 404, 404, 404, 404),
    ("GET", "problems.count"): (303, 404, 404, 404, 404, 404),
    ("POST", "problems.fix"): (401, 404, 404, 404, 400, 400),
    ("POST", "publishing.rollback"): (401, 404, 404, 404, 404, 404),
    ("POST", "publishing.cancel"): (401, 404, 404, 404, 404, 404),
    ("POST", "publishing.undo"): (401, 404, 404, 404, 404, 404),
    ("POST", "messages.test"): (401, 404, 404, 404, 404, 404),
    ("GET", "messages.mail"): (303, 404, 404, 404, 404, 404),
    ("POST", "messages.ask"): (401, 404, 404, 404, 404, 404),
    ("POST", "messages.approve"): (401, 404, 404, 404, 404, 404),
    ("POST", "messages.send_back"): (401, 404, 404, 404, 404, 404),
    ("POST", "properties.change"): (401, 404, 404, 404, 400, 400),
    ("POST", "design_conditions.change"): (401, 404, 404, 404, 404, 404),
    ("POST", "design_formulas.change"): (401, 404, 404, 404, 404, 404),
    ("POST", "design_formulas.result"): (401, 404, 404, 404, 404, 404),
    ("POST", "design_rules.test"): (401, 404, 404, 404, 404, 404),
    ("GET", "design_formulas.names"): (303, 404, 404, 404, 404, 404),
    ("POST", "dry_run.try_it"): (401, 404, 404, 404, 404, 404),
    ("GET", "apps.new_app"): (303, 404, 404, 404, 200, 200),
    ("POST", "apps.new_app"): (401, 404, 404, 404, 422, 422),
    ("GET", "apps.key_for"): (303, 404, 404, 404, 200, 200),
    ("POST", "apps.new_definition"): (401, 404, 404, 404, 303, 303),
    ("POST", "apps.copy_view"): (401, 404, 404, 404, 404, 404),  # of a view that there is not
    ("GET", "apps.ask_retire"): (303, 404, 404, 404, 404, 404),
    ("POST", "apps.retire"): (401, 404, 404, 404, 404, 404),
    ("POST", "apps.restore"): (401, 404, 404, 404, 404, 404),
    ("GET", "gallery.index"): (303, 404, 404, 404, 200, 200),
    ("POST", "gallery.install"): (401, 404, 404, 404, 404, 404),
    ("POST", "gallery.upload"): (401, 404, 404, 404, 422, 422),
    ("GET", "gallery.export"): (303, 404, 404, 404, 200, 200),
    ("GET", "gallery.upgrade"): (303, 404, 404, 404, 404, 404),
    ("POST", "gallery.do_upgrade"): (401, 404, 404, 404, 404, 404),
    ("GET", "gallery.uninstall"): (303, 404, 404, 404, 200, 200),
    ("POST", "gallery.uninstall"): (401, 404, 404, 404, 422, 422),
    ("GET", "spreadsheet.ask"): (303, 404, 404, 404, 200, 200),
    ("POST", "spreadsheet.propose"): (401, 404, 404, 404, 422, 422),
    ("POST", "spreadsheet.add"): (401, 404, 404, 404, 422, 422),
}
API: dict[tuple[str, str], tuple[int, ...]] = {
    ("GET", "api.list_records"): (401, 404, 200, 200, 404, 200),
    ("POST", "api.create_record"): (401, 404, 403, 422, 404, 422),
    ("GET", "api.read_record"): (401, 404, 200, 200, 404, 200),
    ("GET", "api.print_record"): (401, 404, 200, 200, 404, 200),
    ("PATCH", "api.change_record"): (401, 404, 403, 428, 404, 428),
    ("DELETE", "api.delete_record"): (401, 404, 403, 428, 404, 428),
    ("GET", "api.list_trash"): (401, 404, 403, 200, 404, 200),
    ("POST", "api.restore_record"): (401, 404, 403, 404, 404, 404),
    ("DELETE", "api.purge_record"): (401, 404, 403, 403, 404, 404),
    ("GET", "api.record_timeline"): (401, 404, 200, 200, 404, 200),
    ("GET", "api.list_versions"): (401, 404, 200, 200, 404, 200),
    ("GET", "api.read_version"): (401, 404, 200, 200, 404, 200),
    ("GET", "api.compare_versions"): (401, 404, 404, 404, 404, 404),  # no two are named
    ("POST", "api.restore_version"): (401, 404, 403, 428, 404, 428),
    ("POST", "api.merge_records"): (401, 404, 403, 400, 404, 400),
    ("GET", "api.list_comments"): (401, 404, 200, 200, 404, 200),
    ("GET", "api.read_comment"): (401, 404, 404, 404, 404, 404),  # a comment that there is not
    ("PATCH", "api.change_comment"): (401, 404, 404, 404, 404, 404),
    ("DELETE", "api.delete_comment"): (401, 404, 404, 404, 404, 404),
    ("POST", "api.send_comment_file"): (401, 404, 422, 422, 404, 422),  # a file without a name
    ("GET", "api.get_comment_file"): (401, 404, 404, 404, 404, 404),
    ("POST", "api.write_comment"): (401, 404, 400, 400, 404, 400),
    ("POST", "api.send_file"): (401, 404, 403, 404, 404, 404),
    ("GET", "api.get_file"): (401, 404, 404, 404, 404, 404),
    ("GET", "api.form_schema"): (401, 404, 200, 200, 404, 200),
    ("GET", "api.form_openapi"): (401, 404, 200, 200, 404, 200),
    ("GET", "api.inbox"): (401, 200, 200, 200, 200, 200),
    ("GET", "builder_api.kind_schema"): (401, 200, 200, 200, 200, 200),
    ("POST", "builder_api.install_package"): (401, 404, 404, 404, 422, 422),
    ("PUT", "builder_api.save_draft"): (401, 404, 404, 404, 422, 422),
    ("POST", "builder_api.publish_draft"): (401, 404, 404, 404, 404, 404),
}


def rules(world: World) -> Iterator[tuple[str, str, Any]]:
    """Every method of every route."""
    for rule in world.app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, rule.endpoint, rule


@pytest.fixture(scope="module")
def address(world: World) -> Address:
    """The address of a route for a follow-up that Bob wrote; each delete gets one of its own."""
    customer = world.api("bob").made("customer", name="Walked over")
    made = iter(range(1, 1000))

    def follow_up() -> int:
        day = f"2020-01-{next(made) % 28 + 1:02}"
        values = {"customer": customer, "visited_on": day, "content": "Long enough", "result": "undecided"}
        return world.api("bob").made("visit", **values)

    kept = follow_up()

    def of(endpoint: str, method: str, *, doomed: bool = False) -> str:
        own = follow_up() if doomed and (endpoint, method) == ("forms.delete_record", "POST") else kept
        values = {
            "app": "followup",
            "form": "visit",
            "kinds": "forms",
            "field": "customer",
            "path": "customer",
            "file": "0" * 32,
            "points_to": "member",
            "kind": "app" if endpoint == "builder_api.kind_schema" else "form",
            "key": "nothing",
            "record_id": own,
            "draft_id": 987654,
            "user_id": world.ids["stan"],
            "department_id": world.departments["South"],
            "notice_id": 1,
            "comment_id": 1,
            "outbox_id": 1,
            "run_id": 1,
            "number": 1,
            "tab": "fields",
            "token": "a token of nobody",
            "slug": "nothing",
            "seal": "nothing",
            "visit": "nothing",
            "secret": "nothing",
            "size": "small",
            "filename": "app.css",
        }
        rule = next(rule for _method, name, rule in rules(world) if name == endpoint)
        with world.app.test_request_context():
            adapter = world.app.url_map.bind("localhost")
            return str(adapter.build(endpoint, {name: values[name] for name in rule.arguments}, method))

    return of


def ask(world: World, who: str, method: str, address: str) -> TestResponse:
    """What this person gets: by a browser from pages, by a token from the API."""
    if address.startswith("/api/"):
        headers = {} if who == "anonymous" else world.api(who).headers
        return world.anonymous().open(address, method=method, headers=headers, json={"values": {}})
    data = {"_once": "1", "_rev": "1", "active": "yes"} if method == "POST" else None
    return browser(world, who).open(address, method=method, data=data, buffered=True)


def browser(world: World, who: str) -> FlaskClient:
    """A browser of this person; signing out and switching the language must not last."""
    client = world.anonymous()
    if who != "anonymous":
        with world.browsers[who].session_transaction() as known:
            values = dict(known)
        with client.session_transaction() as cookie:
            cookie.update(values)
    return client


def test_the_table_names_every_route_and_no_other(world: World) -> None:
    there = {(method, endpoint) for method, endpoint, _rule in rules(world)}

    assert there == PAGES.keys() | API.keys()


@pytest.mark.parametrize(("method", "endpoint"), [*PAGES, *API], ids=lambda part: part)
def test_everybody_gets_what_the_table_says(
    world: World, address: Address, method: str, endpoint: str
) -> None:
    expected = (PAGES | API)[method, endpoint]
    got = []
    for who in WHO:
        if endpoint == "accounts.logout":
            answer = world.anonymous().post("/logout")
        else:
            answer = ask(world, who, method, address(endpoint, method, doomed=True))
        got.append(answer.status_code)
        check_headers(answer, endpoint)
        check_body(answer)

    assert dict(zip(WHO, got, strict=True)) == dict(zip(WHO, expected, strict=True))


def check_headers(answer: TestResponse, endpoint: str) -> None:
    """Every answer says what the browser must not do with it."""
    policy = answer.headers["Content-Security-Policy"]
    assert policy == web.POLICY
    assert "unsafe" not in policy
    for name in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert name in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in answer.headers
    if endpoint != "static":
        assert answer.headers["Cache-Control"] == "no-store"
    for cookie in answer.headers.getlist("Set-Cookie"):
        assert "HttpOnly" in cookie and "SameSite=Lax" in cookie


def check_body(answer: TestResponse) -> None:
    """No trace, and no script or style of its own in a page."""
    assert b"Traceback" not in answer.data
    if answer.mimetype == "text/html":
        assert not re.search(r"<style|<script(?![^>]*\ssrc=)|\s(style|on[a-z]+)=\"", answer.text)


def test_what_is_denied_looks_like_what_is_not_there(world: World, address: Address) -> None:
    denied = world.browsers["eve"].get(address("forms.show_record", "GET")).text
    missing = world.browsers["eve"].get("/apps/followup/forms/visit/987654/").text

    def plain(page: str) -> str:
        return re.sub(r"/visit/\d+/|%2Fvisit%2F\d+%2F|content=\"[^\"]*\"|value=\"[^\"]*\"", "", page)

    assert plain(denied) == plain(missing)


def test_anonymous_people_are_sent_to_sign_in_and_back(world: World) -> None:
    answer = world.anonymous().get("/apps/followup/?x=1")

    assert (answer.status_code, answer.location) == (SIGN_IN, "/login?next=/apps/followup/?x%3D1")


def test_a_form_without_our_token_is_refused_on_every_page(world: World, address: Address) -> None:
    posts = {endpoint for method, endpoint in PAGES if method == "POST"}
    forms = [address(endpoint, "POST") for endpoint in posts - IN_NOBODYS_NAME]
    before = world.stored()
    world.app.config["WTF_CSRF_ENABLED"] = True
    try:
        assert {one: ask(world, "anna", "POST", one).status_code for one in forms} == dict.fromkeys(
            forms, 403
        )
        assert world.stored() == before
    finally:
        world.app.config["WTF_CSRF_ENABLED"] = False


def test_reading_changes_nothing(world: World, address: Address) -> None:
    before = world.stored()

    for method, endpoint in PAGES | API:
        if method == "GET":
            ask(world, "anna", "HEAD", address(endpoint, method))
            ask(world, "anna", method, address(endpoint, method))

    assert world.stored() == before


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "PUT", "DELETE", "PATCH", "PROPFIND"])
def test_other_methods_do_nothing(world: World, address: Address, method: str) -> None:
    before = world.stored()

    for known, endpoint in PAGES:
        with world.browsers["anna"].open(address(endpoint, known), method=method) as answer:
            assert answer.status_code == (200 if method == "OPTIONS" else 405), endpoint
            assert answer.data == b"" or method != "OPTIONS"
    assert world.stored() == before


def test_one_time_links_answer_those_who_hold_them(world: World) -> None:
    with world.app.app_context(), transaction():
        link = links.new_password_link(db.session.get_one(User, world.ids["stan"]))

    answer = world.anonymous().get(
        link.removeprefix("http://localhost:8000").removeprefix("http://127.0.0.1:8000")
    )

    assert answer.status_code == 200
    check_headers(answer, "accounts.password")
