"""The files of a whole record in one list on its page."""

import re

from tests.files.desk import APP, PAGES, PDF, filed, sent
from tests.support.world import World, records


def listed(world: World, who: str, record: int, narrowed: str = "") -> list[tuple[str, str]]:
    """Name and place of each file in the list; none where the page has no such list."""
    page = world.browsers[who].get(f"{PAGES}/{record}/{narrowed}").text
    part = re.search(r'<section[^>]* id="files".*?</section>', page, re.S)
    found = re.findall(
        r'<a href="[^"]+">([^<]+)</a> <span[^>]*>[^<]* · ([^<]+)</span>', part[0] if part else ""
    )
    return [(name, place) for name, place in found]


def test_files_of_fields_and_comments_are_listed_with_their_places(world: World) -> None:
    papers = sent(world, "bob", "papers", "offer.pdf", PDF)
    record = filed(world, "bob", papers=[papers])
    assert listed(world, "bob", record) == []  # they stand in one place

    path = f"{records('case', record, app=APP)}/comments"
    api = world.api("bob")
    plan = api("POST", f"{path}/files", query_string={"name": "plan.txt"}, data=b"plan").json["id"]
    assert api("POST", path, json={"text": "See", "files": [plan]}).status_code == 201

    for narrowed in ("", "?story=changes", "?story=comments"):
        found = listed(world, "bob", record, narrowed)
        assert found == [("offer.pdf", "Papers"), ("plan.txt", "Comment by Bob")], narrowed


def test_a_file_of_a_hidden_field_is_in_no_list(world: World) -> None:
    given = {"papers": [sent(world, "bob", "papers", "a.pdf", PDF)]}
    given["secret"] = [sent(world, "bob", "secret", "hush.bin", b"hush")]
    record = filed(world, "bob", **given)
    assert [name for name, _place in listed(world, "bob", record)] == ["a.pdf", "hush.bin"]
    assert listed(world, "mia", record) == []
