"""The Chinese calendar beside the days of ours: lunar days, festivals and the day of Qingming, from 1900 to 2100.

Which months are long and which year has a leap month was computed with lunar_python 1.4.8 (MIT) and compared with it
day by day. The library itself, an almanac that is built where it is installed, would take 13 ms for a year's first day.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

_FIRST = date(1900, 1, 31).toordinal()  # the new year of the first one below
_YEARS = (
    "16d28075200ea50164a5064b00a9b015564056a00b59017522075201b2560b2500a4b014ab502ad0056b00b6920da901d927"
    "0e9200d2501a4d50a56002b6015b5406d400ea901e9220e9200d266052b00a57012b650b5a006d400ec9307490169370a930"
    "052b00a5b60aad0056a01b5540ba400b4901a9320a950152d7053600aad015aa505b200da501d4a30d4a00a9580a97005560"
    "0ab560ad5006d200ea540ea50064a00c9730a9b0155a7056a00b690175250b5200b250164b40a4b014ab802ad0056d00b696"
    "0da900d9201d2540d2501a4da0a56002b6005b5606d500ea901e9250e9200d2600a5630a57014d68035a006d5016c9507490"
    "06930152b4052b00a5b0155a2056a01b5570ba400b4901a9350a950052d00aad40ab5015aa905d200da501d4a60d4a00c950"
    "152e4055600ab5015b2206d200ea5607250064b00c9750cab0055a00ad630b6901752b0b5200b2501a4b60a4b004ab0055b5"
    "05ad00b6a01b5220d9201d2570d2500a55014ad504b6005b500daa30ec901e9280e9200d2600a5660a57004d6006d5407550"
    "074900e93306930152b7052b00a5b0155a5056a00b650174a40b4a01a9580a950052d00aad60ab5005aa00ba540da500d4a0"
    "1c9530c960194e7055600ab5015b2506d200ea500e4a4068b00c97804ab0055b00ad660b6a007520172540b4500a8b0149b2"
    "04ab0"
)
"""Five hexadecimal digits each: the last one is the month that comes twice (0 for none), the bits before it say, from
the lowest one on, which of its months have 30 days, the others having 29.
"""
_QINGMING = (
    "5566556655665556555655565556555655565556555655555555555555555555555555555555455545554555455545554555"
    "4555455544554455445544554455445544554455444544454445444544454445444544454444444444444444444444444444"
    "5"
)
"""On which day of April it is, year by year."""
_MONTHS = "正二三四五六七八九十冬腊"
_TENS, _ONES = ("初", "十", "廿", "三"), "一二三四五六七八九十"
_FESTIVALS = {
    (1, 1): "春节", (1, 15): "元宵节", (5, 5): "端午节", (7, 7): "七夕", (8, 15): "中秋节", (9, 9): "重阳节",
    (12, 8): "腊八节",
}  # fmt: skip
_OF_THE_SUN = {(1, 1): "元旦", (3, 8): "妇女节", (5, 1): "劳动节", (6, 1): "儿童节", (10, 1): "国庆节"}


def _lengths(year: str) -> list[int]:
    bits, leap = int(year[:-1], 16), int(year[-1], 16)
    return [29 + (bits >> month & 1) for month in range(13 if leap else 12)]


_ALL = [_YEARS[at : at + 5] for at in range(0, len(_YEARS), 5)]
_BEGINS = [_FIRST, *(_FIRST + days for days in accumulate(sum(_lengths(year)) for year in _ALL))]


@dataclass(frozen=True)
class LunarDay:
    """A day of a lunar month, 1 to 12, which may be the second one of its number; `is_last` ends the year."""

    month: int
    day: int
    is_leap: bool
    is_last: bool


def lunar(day: date) -> LunarDay | None:
    """The day in the lunar calendar; None for one before 1900 or after 2100."""
    year = bisect_right(_BEGINS, day.toordinal()) - 1
    if not 0 <= year < len(_ALL):
        return None
    left, lengths, leap = day.toordinal() - _BEGINS[year], _lengths(_ALL[year]), int(_ALL[year][-1], 16)
    place = bisect_right(list(accumulate(lengths)), left)
    number = place if leap and place >= leap else place + 1
    own = left - sum(lengths[:place]) + 1
    is_last = day.toordinal() + 1 == _BEGINS[year + 1]
    return LunarDay(number, own, bool(leap) and place == leap, is_last)


def words(day: date) -> str:
    """What a Chinese calendar says of a day: its festivals, else the month that begins, else the lunar day."""
    found = lunar(day)
    if found is None:
        return ""
    own = "除夕" if found.is_last else "" if found.is_leap else _FESTIVALS.get((found.month, found.day), "")
    qingming = "清明节" if day.month == 4 and str(day.day) == _QINGMING[day.year - 1900] else ""
    festivals = [each for each in (own, qingming, _OF_THE_SUN.get((day.month, day.day), "")) if each]
    if festivals:
        return " ".join(festivals)
    return _month(found) if found.day == 1 else _day(found.day)


def _month(found: LunarDay) -> str:
    return f"{'闰' if found.is_leap else ''}{_MONTHS[found.month - 1]}月"


def _day(number: int) -> str:
    if number in (20, 30):
        return "二十" if number == 20 else "三十"
    return _TENS[(number - 1) // 10 if number == 10 else number // 10] + _ONES[(number - 1) % 10]
