"""The quick search of a list of many records: mixed Chinese and English follow-ups, and how long a word takes."""

import json
import random
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection, MetaData, Table, insert, select, text

from bench import rows, work
from bench.client import load
from bench.package import CITIES, KINDS
from bench.report import Aim, line
from bench.servers import Side
from runtime.db import writing
from runtime.text import search_key

MADE = 20_000  # records that differ; the others are copies of them
PATIENCE = 1800.0
TOWNS = [
    "宁波",
    "上海",
    "深圳",
    "北京",
    "杭州",
    "苏州",
    "广州",
    "成都",
    "武汉",
    "南京",
    "青岛",
    "天津",
    "厦门",
    "重庆",
    "西安",
]
TRADES = ["物流", "科技", "贸易", "机械", "电子", "化工", "食品", "纺织", "医药", "建材", "软件", "能源"]
NAMES = [
    "远洋",
    "华信",
    "恒达",
    "金源",
    "天成",
    "东方",
    "永兴",
    "鼎盛",
    "瑞丰",
    "海峰",
    "中联",
    "博雅",
    "嘉禾",
    "宏图",
    "新锐",
    "万顺",
]
SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"
COMPANIES = [
    "Northwind",
    "Contoso",
    "Fabrikam",
    "Tailspin",
    "Wingtip",
    "Adventure",
    "Litware",
    "Proseware",
    "Lucerne",
    "Alpine",
]
SAID = {
    "zh": "客户要求下周提供报价单 已发送样品等待反馈 合同条款需要法务审核 电话沟通后确认了交货日期 "
    "对方希望延长付款期限 现场拜访了解生产需求 发票已经寄出请注意查收 物流延误已向客户说明",
    "en": "asked_for_a_price_list waiting_for_feedback contract_terms_need_legal_review "
    "confirmed_the_delivery_date_by_phone invoice_was_mailed_yesterday delay_explained_to_the_customer",
}
WORDS = {
    "in 4 % of all": "宁波",
    "in 30 % of all": "物流",
    "of a rare name": "恒达电子",
    "not there": "恐龙",
    "initials": "nbyy",
    "of one character": "王",
    "English": "northwind",
    "a number": "A-0042",
}


THREE = {
    "required": ["kind", "city", "due_on"],
    "properties": {
        "kind": {"const": KINDS[1]},
        "city": {"const": CITIES[0]},
        "due_on": {"type": "string", "format": "date", "formatMinimum": "2027-01-01"},
    },
}
ASK = """
INSERT INTO outbox (kind, ref_id, state, due_at, lease, attempts, crashes, error, created_at)
SELECT 'search_index', s.id, 'pending', :now, 0, 0, 0, '', :now
FROM search_indexes s JOIN definitions d ON d.id = s.form_id WHERE d.table_name = :name
"""


def follow_up(chance: random.Random, number: int) -> dict[str, Any]:
    """What differs from record to record."""
    chinese = chance.random() < 0.6
    if chinese:
        customer = chance.choice(TOWNS) + chance.choice(NAMES) + chance.choice(TRADES) + "有限公司"
        contact = chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=2))
    else:
        customer, contact = f"{chance.choice(COMPANIES)} {chance.randint(1, 5000)}", "Rose Miller"
    said = chance.choices(SAID["zh" if chinese else "en"].replace("_", "\u2009").split(" "), k=4)
    note = ("，" if chinese else ". ").join(said).replace("\u2009", " ")
    short = {
        "title": f"回访 {customer}" if chinese else f"Call {customer}",
        "customer": customer,
        "contact": contact,
    }
    short["reference_no"] = f"A-{number:06}"
    chosen = {"kind": chance.choice(KINDS), "city": chance.choice(CITIES)}
    return {**short, **chosen, "note": note, "search_text": f"{search_key(*short.values())} {note.lower()}"}


def measure(pair: Any, seconds: float, many: int) -> None:
    """Words that are common, rare and not there; three conditions; the file of a list."""
    load(pair.our_clients[:1], work.submit(f"{work.FORMS}/plain/new"), 0.2)
    spent = fill(pair.ours, many)
    line(f"search index of {many:,} records, by the job", f"{spent:.0f} s")
    address = f"{work.FORMS}/plain/"
    for said, word in WORDS.items():
        job = work.get(f"{address}?{urlencode({'q': word})}")
        pair.compare(f"search of {many:,}: a word {said}", 1, seconds, job, aim=Aim(p50=150))
    narrowed = {"filter": json.dumps(THREE)}
    pair.compare(f"three conditions of {many:,}", 1, seconds, work.get(f"{address}?{urlencode(narrowed)}"))
    job = work.get(f"{address}?{urlencode({**narrowed, 'q': '宁波'})}")
    pair.compare("the same and a word", 1, seconds, job, aim=Aim(p50=150))


def fill(side: Side, total: int) -> float:
    """Fill the form with follow-ups and have their index made by the job; how many seconds this took."""
    with writing(), rows.connected(side) as connection:
        name = rows.table_name(connection)
        rows.without_index(connection, name)
        _make(connection, Table(name, MetaData(), autoload_with=connection), total)
    with rows.connected(side, isolation_level="AUTOCOMMIT") as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"VACUUM ANALYZE {name}"))
    began = time.monotonic()
    with writing(), rows.connected(side) as connection:
        connection.execute(text(ASK), {"name": name, "now": datetime.now(UTC).replace(tzinfo=None)})
    while _is_waiting(side):
        assert time.monotonic() - began < PATIENCE, "the index is not made"
        time.sleep(0.2)
    return time.monotonic() - began


def _is_waiting(side: Side) -> bool:
    waiting = "SELECT count(*) FROM search_indexes s JOIN outbox o ON o.ref_id = s.id WHERE o.kind = 'search_index' "
    with rows.connected(side) as connection:
        return bool(connection.scalar(text(waiting + "AND s.state <> 'ready'")))


def _make(connection: Connection, table: Table, total: int) -> None:
    first = connection.execute(select(table).order_by(table.c.id).limit(1)).mappings().one()
    like = {key: value for key, value in first.items() if key != "id"}
    connection.execute(table.delete())
    chance = random.Random(7)
    made = [{**like, **follow_up(chance, number)} for number in range(min(MADE, total))]
    connection.execute(insert(table), made)
    rows.grow(connection, table.name, list(like), total, but=("customer",))
