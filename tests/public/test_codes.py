"""The QR codes of a public form: what they lead to, what stands under them, and the sheet to hang up."""

import html
import io
import re

import zxingcpp
from PIL import Image

from runtime.public import codes, labels
from tests.public.survey import CANARY, DESIGN, guest
from tests.support.world import World


def test_the_code_is_one_of_the_address(world: World, address: str) -> None:
    drawing = world.browsers["dora"].get(f"{DESIGN}/public/qr.svg")
    picture = world.browsers["dora"].get(f"{DESIGN}/public/qr-large.png")
    sheet = world.browsers["dora"].get(f"{DESIGN}/public/poster")

    assert drawing.mimetype == "image/svg+xml" and b"<svg" in drawing.data
    read = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.data)).convert("L"))
    assert [each.text for each in read] == [f"http://localhost:8000{address}"]
    assert f"localhost:8000{address}<" in sheet.text
    assert world.browsers["dora"].get(f"{DESIGN}/public/qr-huge.png").status_code == 404


def test_what_a_picture_of_the_code_leads_to_stands_under_it_in_every_size(
    world: World, address: str
) -> None:
    dora = world.browsers["dora"]
    pictures = {
        size: Image.open(io.BytesIO(dora.get(f"{DESIGN}/public/qr-{size}.png").data)).convert("L")
        for size in codes.SCALES
    }

    for size, picture in pictures.items():
        code = picture.width  # it is a square, its label under it
        assert picture.height > code, size
        assert min(picture.crop((0, code, code, picture.height)).tobytes()) < 64, size
        assert [each.text for each in zxingcpp.read_barcodes(picture)] == [f"http://localhost:8000{address}"]
    assert [picture.width for picture in pictures.values()] == sorted(
        {picture.width for picture in pictures.values()}
    )


def test_a_label_is_left_out_that_no_font_draws_and_cut_where_it_is_long() -> None:
    code = Image.new("L", (300, 300), 255)

    plain, lacking, long = (
        labels.labelled(code, [text]) for text in ("Hello", "\U000f1234", "far too long " * 30)
    )

    assert plain.height > 300 and lacking.height == 300
    assert plain.height < long.height < 300 + 2 * (plain.height - 300) + 2


def test_a_channel_of_several_lines_has_a_code_too(world: World, address: str) -> None:
    answer = world.browsers["dora"].get(f"{DESIGN}/public/qr-small.png?f.name=North%0D%0Agate")

    assert answer.status_code == 200
    assert "North gate.png" in answer.headers["Content-Disposition"]


def test_each_channel_has_a_code_and_a_sheet_of_its_own(world: World, address: str) -> None:
    dora = world.browsers["dora"]
    page = html.unescape(dora.get(f"{DESIGN}/public?maker=name&values=展会%0APoster").text)
    code = re.findall(r'href="([^"]+qr-medium[^"]+f\.name[^"]+)"', page)[0]
    sheet = dora.get(re.findall(r'href="([^"]+/poster\?[^"]+)"', page)[0])
    (drawing,) = re.findall(r'<img src="([^"]+qr\.svg\?[^"]+)"', html.unescape(sheet.text))

    read = zxingcpp.read_barcodes(Image.open(io.BytesIO(dora.get(code).data)).convert("L"))
    (leads_to,) = [each.text for each in read]

    assert 'value="展会"' in guest(world).get(leads_to.removeprefix("http://localhost:8000")).text
    assert dora.get(drawing).mimetype == "image/svg+xml"
    assert dora.get(f"{DESIGN}/public/qr.svg?f.name={'x' * 3000}").status_code == 404
    of_secret = dora.get(f"{DESIGN}/public/qr-large.png?f.secret={CANARY}").data
    assert [one.text for one in zxingcpp.read_barcodes(Image.open(io.BytesIO(of_secret)).convert("L"))] == [
        f"http://localhost:8000{address}"
    ]


def test_the_address_is_short_enough_to_be_typed_and_has_no_letter_that_is_taken_for_another(
    address: str,
) -> None:
    assert re.fullmatch("/f/[2-9abcdefghjkmnpqrstuvwxyz]{10}", address)
