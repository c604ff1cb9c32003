"""The order of texts: by letters, Chinese by pinyin, numbers by their size; two texts never share a key."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from runtime.spelling import LONGEST, name_key, order_key

TEXTS = st.text(max_size=60) | st.text("aAá 19张章西安先Ａ\x01", max_size=8)


def test_texts_follow_each_other_as_people_look_them_up() -> None:
    texts = [
        *(
            "",
            "2号楼",
            "10号楼",
            "阿里",
            "Apple",
            "apple",
            "éclair",
            "长城",
            "重庆",
            "李四",
            "Room 9",
            "Room 10",
        ),
        *("西安", "先生", "银行", "张三", "章子怡", "Zoo"),
    ]
    ordered = sorted(texts, key=order_key)
    assert ordered.index("2号楼") < ordered.index("10号楼") < ordered.index("阿里")
    assert ordered.index("阿里") < ordered.index("apple") < ordered.index("Apple") < ordered.index("长城")
    assert ordered.index("长城") < ordered.index("重庆") < ordered.index("éclair") < ordered.index("李四")
    assert ordered.index("Room 9") < ordered.index("Room 10") < ordered.index("西安")
    assert ordered.index("西安") < ordered.index("先生") < ordered.index("银行") < ordered.index("张三")
    assert ordered[-3:] == ["张三", "章子怡", "Zoo"]


def test_people_of_one_surname_stand_together_and_a_surname_is_read_as_one() -> None:
    names = ["曾国藩", "陈一", "成龙", "陈二", "张三", "单雄信", "Anna"]
    assert sorted(names, key=name_key) == ["Anna", "陈二", "陈一", "成龙", "单雄信", "曾国藩", "张三"]


@given(TEXTS, TEXTS)
def test_two_texts_have_the_same_key_only_where_they_are_the_same(one: str, other: str) -> None:
    assert (order_key(one) == order_key(other)) == (one == other)
    assert (name_key(one) == name_key(other)) == (one == other)


@given(st.text(min_size=150, max_size=400) | st.text("长x9", min_size=150, max_size=400))
def test_a_key_fits_into_an_index_and_an_address(text: str) -> None:
    assert len(order_key(text)) <= LONGEST


def test_the_keys_are_those_that_are_stored() -> None:
    """Another library of pinyin, or another rule, needs a migration that makes all keys anew: then say so here."""
    texts = [
        *map(chr, range(0x20, 0x250)),
        *map(chr, range(0x4E00, 0x9FA6, 7)),
        "重庆长城",
        "银行行长",
        "Nr. 007",
    ]
    keys = "\n".join(map(order_key, texts))
    assert sha256(keys.encode()).hexdigest()[:16] == "0a388c2da6e6b337"
