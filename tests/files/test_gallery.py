"""The list of a form as a gallery: cards with pictures, of what each person may read."""

import re
from html import unescape
from urllib.parse import parse_qs

from tests.files.desk import PAGES, filed, picture, sent
from tests.support.world import World

GALLERY = f"{PAGES}/?kind=gallery"


def cards(page: str) -> dict[str, str]:
    """The titles of the cards with the addresses of their pictures."""
    found = re.findall(r'<li class="card fw-card">(.*?)</a>', page, re.S)
    return {
        unescape(re.sub(r"<[^>]*>", "", part)).strip(): address[1]
        if (address := re.search(r'src="([^"]*)"', part))
        else ""
        for part in found
    }


def test_records_with_pictures_are_cards_and_more_of_them_are_loaded(world: World) -> None:
    # given records with and without pictures, one more than a page of them
    key = sent(world, "bob", "photos", "a.png", picture())
    second = sent(world, "bob", "photos", "b.jpg", picture("JPEG"))
    shown = filed(world, "bob", name="Gallery, shown", photos=[key, second])
    filed(world, "bob", name="Gallery, plain")
    for number in range(49):
        filed(world, "bob", name=f"Gallery {number}")

    # when
    page = world.browsers["bob"].get(f"{GALLERY}&sort=id&q=gallery").text

    # then
    found = cards(page)
    assert len(found) == 50
    assert found["Gallery, shown"] == f"{PAGES}/{shown}/files/photos/{key}?small=1"
    assert found["Gallery, plain"] == ""
    assert world.browsers["bob"].get(found["Gallery, shown"], buffered=True).mimetype == "image/png"
    more = re.search(r'id="more"><a class="btn" href="([^"]*)" hx-get="([^"]*)"', page)
    assert more
    part = world.browsers["bob"].get(unescape(more[2]), headers={"HX-Request": "true"}).text
    assert list(cards(part)) == ["Gallery 48"]
    assert len(cards(world.browsers["bob"].get(unescape(more[1])).text)) == 51
    assert list(cards(world.browsers["bob"].get(f"{GALLERY}&q=plain").text)) == ["Gallery, plain"]
    led = re.search(rf'href="({PAGES}/{shown}/[^"]*)"', page)
    assert led
    record = world.browsers["bob"].get(unescape(led[1])).text
    back = re.search(rf'href="{PAGES}/\?([^"]*)"', record)
    state = {"kind": ["gallery"], "picture": ["photos"], "sort": ["id"], "q": ["gallery"]}
    assert back and parse_qs(unescape(back[1])) == state


def test_somebody_who_reads_his_own_alone_sees_no_card_of_others(world: World) -> None:
    filed(world, "bob", name="Of Bob")

    assert "Of Bob" not in cards(world.browsers["eve"].get(GALLERY).text)
