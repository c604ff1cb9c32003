"""The encoding of a text is told from its bytes."""

import io
from time import process_time

import pytest

from runtime import encodings

WESTERN = (
    "Name,Stadt\nMüller,Köln\n",
    "Größe\n1\n",
    "Name\nJosé\nFrançois\nÅse\n",
    "Straße;Öffnung\nWeißenburg;5 €\n",
    "Crème brûlée – 5 €\n",
    "x,y\n" * 100_000 + "Jürgen Groß\n",
)
SIMPLIFIED = (
    "姓名,城市\n王伟,北京\n",
    "名称\nA座\n",
    "客户\n上海ABC有限公司\n",
    "name,note\nBob,喆\n",
    "客户编号,名称,电话\n1,张三丰（北京）,13800138000\n",
)
TRADITIONAL = ("姓名,城市\n王偉,臺北\n陳小明,高雄市\n", "這是一個測試,繁體中文\n")


@pytest.mark.parametrize(
    ("encoding", "texts"),
    [
        ("cp1252", WESTERN),
        ("gb18030", SIMPLIFIED),
        ("big5hkscs", TRADITIONAL),
        ("utf-8-sig", WESTERN + SIMPLIFIED),
        ("utf-16", WESTERN + SIMPLIFIED),
    ],
)
def test_a_text_is_read_as_it_was_written(encoding: str, texts: tuple[str, ...]) -> None:
    found = [encodings.found(io.BytesIO(text.encode(encoding))) for text in texts]
    assert found == [encoding] * len(texts)


def test_what_is_no_text_has_no_encoding() -> None:
    for content in (
        b"\x00\x01",
        b"a\xff\x01b\x02",
        bytes(range(256)),
        "中文".encode("gb18030") * 99 + b"\xff",
    ):
        assert encodings.found(io.BytesIO(content)) == ""


def test_the_lines_that_differ_are_shown_in_each_encoding() -> None:
    content = ("a" * 200 + "Müller\n").encode("cp1252") + b"plain\n"
    found = encodings.samples(io.BytesIO(content))
    assert "Müller" in found["cp1252"] and "Müller" not in found["gb18030"]
    assert max(map(len, found.values())) <= encodings.SAMPLE_LENGTH
    assert encodings.samples(io.BytesIO(b"plain\n")) == {}


def test_long_lines_are_looked_through_once() -> None:
    plain = io.BytesIO(b"x" * encodings.LOOKED_AT)
    begun = process_time()
    assert encodings.samples(plain) == {}
    assert process_time() - begun < 1
    late = b"x" * (encodings.LOOKED_AT // 2) + "Müller\n".encode("cp1252")
    assert encodings.found(io.BytesIO(late)) == "cp1252"
    assert "Müller" in encodings.samples(io.BytesIO(late))["cp1252"]
