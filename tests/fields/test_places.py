"""Locations and regions: what is read, what is kept, what is refused."""

import pytest

from runtime.fields import FieldError
from runtime.fields.region import _names
from tests.fields.support import CHINESE, READER, field_of, parse, refusal, show

LOCATION = field_of("location")
REGION = field_of("region")


@pytest.mark.parametrize(
    "raw, value",
    [
        ("30.2741500, 120.1551500", "30.27415,120.15515"),
        ("30.27415 120.15515", "30.27415,120.15515"),
        ("30.27415°N, 120.15515°E", "30.27415,120.15515"),
        ("30.5s;60w", "-30.5,-60"),
        ("geo:30.5,60", "30.5,60"),
        ("0,-0", "0,0"),
        ("30.1234567,60", "30.123457,60"),
        ("-90, 180", "-90,180"),
    ],
)
def test_a_place_is_kept_in_one_way(raw: str, value: str) -> None:
    assert parse(LOCATION, raw) == value


@pytest.mark.parametrize(
    "raw", ["90.1,0", "0,180.000001", "-91,0", "1,2,3", "30.5", "N 30, E 60", "1e1,2", "30.5,60 x", "9" * 90]
)
def test_what_is_no_place_is_refused(raw: str) -> None:
    assert refusal(LOCATION, raw) == "location"


def test_people_read_the_side_of_the_earth() -> None:
    assert show(LOCATION, "-30.5,60") == "30.5° S, 60° E"
    assert show(LOCATION, "30.5,-60", CHINESE) == "北纬30.5°，西经60°"


@pytest.mark.parametrize("value", ["30.50,60", "030,60", "-0,60", "30.5, 60", "30.1234567,60", "91,0"])
def test_the_api_sends_the_one_way(value: str) -> None:
    with pytest.raises(FieldError, match="location"):
        LOCATION.type.normalise(value, LOCATION)


@pytest.mark.parametrize(
    "raw, value",
    [
        ("浙江省杭州市西湖区", ["330000", "330100", "330106"]),
        ("浙江/杭州", ["330000", "330100"]),
        ("浙江", ["330000"]),
        ("330106", ["330000", "330100", "330106"]),
        ("北京市朝阳区", ["110000", "110100", "110105"]),
        ("上海市浦东新区", ["310000", "310100", "310115"]),
        ("重庆市万州区", ["500000", "500100", "500101"]),
        (["330000", "330100", ""], ["330000", "330100"]),
        (["440000", "330100", "330106"], ["440000"]),
    ],
)
def test_a_region_is_read_by_codes_by_levels_and_by_names(raw: str | list[str], value: list[str]) -> None:
    assert parse(REGION, raw) == value


@pytest.mark.parametrize("raw", ["吉", "浙江广州", "x" * 100_000, "/".join("浙" * 300)])
def test_what_is_no_region_is_refused_at_once(raw: str) -> None:
    assert refusal(REGION, raw) == "enum"


def test_a_city_that_is_a_province_is_named_once() -> None:
    assert show(REGION, ["110000", "110100", "110101"]) == "北京市 / 东城区"
    assert show(REGION, ["330000", "330199"]) == "浙江省 / 330199"


def test_every_region_has_its_way_and_each_level_what_lies_below_it() -> None:
    provinces = REGION.type.steps(REGION, "", READER)[0][1]
    assert len(provinces) == 34
    for province, _name in provinces:
        for _chosen, offered in REGION.type.steps(REGION, [province, ""], READER)[1:]:
            assert offered and all(key[:2] == province[:2] for key, _word in offered)


def test_fewer_levels_are_asked_where_the_form_says_so() -> None:
    cities = field_of("region", levels=2, only_ends=True)
    assert len(cities.type.steps(cities, ["330000", "330100"], READER)) == 2
    assert refusal(cities, "330106") == "enum"
    with pytest.raises(FieldError, match="deeper"):
        cities.type.check(["330000"], cities)


def test_every_region_is_read_back_from_what_is_shown() -> None:
    every = _names()
    ways = [REGION.type.path(key, REGION) for key in every]
    assert len(ways) > 3000
    assert [way for way in ways if parse(REGION, show(REGION, way)) != way] == []


def test_a_level_that_is_no_longer_asked_stays_to_be_seen() -> None:
    cities = field_of("region", levels=2)
    raw = ["330000", "330100", "330106"]
    assert cities.type.steps(cities, raw, READER)[2] == ("330106", [("330106", "西湖区")])
    assert refusal(cities, raw) == "enum"
