"""What can be put on a canvas: every field type there is, parts of the layout, the app's groups of fields."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from builder.studio import Studio
from runtime.definitions.documents import parse_field
from runtime.fields import FIELD_TYPES, N_, NOBODY, FieldType, Reader
from runtime.fields.sub_table import can_be_column
from runtime.text import LOCALES, search_key

GROUPS = {
    "common": N_("Common"),
    "people": N_("People and files"),
    "link": N_("Links and data"),
    "layout": N_("Layout"),
    "saved": N_("Saved groups"),
}
USUAL = ("text", "long_text", "number", "money", "choice", "multi_choice", "yes_no", "date", "datetime")
# Other words that people look for.
ALIASES = {
    "text": "string line 单行 文本",
    "long_text": "textarea paragraph multi line 多行 备注",
    "number": "integer decimal 数值",
    "money": "currency amount price 金额 价格",
    "rich_text": "html editor wysiwyg bold format 富文本 格式 编辑器",
    "percent": "rate share discount 比例 折扣 百分数",
    "time": "clock hour 时刻",
    "url": "link website homepage 链接 网页",
    "rating": "stars score 星级 打分",
    "location": "gps position coordinates map 定位 位置 坐标",
    "region": "province city district address area 省市区 地区 地址",
    "barcode": "scan qr ean code 扫码 二维码",
    "choice": "select radio dropdown option 下拉 单选 选项",
    "multi_choice": "checkbox tags several multiple select 多选 复选 标签",
    "tree_choice": "cascade cascader levels category 级联 分类 树",
    "yes_no": "checkbox switch boolean 开关 是否",
    "reference": "link lookup relation 关联",
    "file": "attachment upload document pdf 附件 上传 文档",
    "image": "photo picture camera 照片 相片 拍照",
    "signature": "sign autograph 签字 手写 电子签名",
    "roll_up": "aggregate total summary rollup subtotal 汇总 合计 统计 计数",
    "references": "links relations many several tags 多选关联 多个 关联",
    "member": "person user people 人员 成员",
    "page_break": "step wizard next 分页 下一页 步骤",
    "formula": "calculate computed 计算",
    "serial": "auto number id 流水号 编号",
}


@dataclass(frozen=True)
class Item:
    """A button of the palette: the command that it does, and the words by which it is found."""

    label: str
    icon: str
    found: str
    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    sample: str = ""
    column: bool = False
    """Whether a sub-table can have it as a column."""


@dataclass(frozen=True)
class Group:
    """Items under a title."""

    name: str
    title: str
    items: tuple[Item, ...]


def palette(studio: Studio) -> list[Group]:
    """The groups of the palette, in their order; those of types that came later stand before the layout."""
    items: dict[str, list[Item]] = {name: [] for name in _order()}
    for kind in sorted(FIELD_TYPES.values(), key=_usual):
        items[kind.group].append(_of_type(kind, studio.locale))
    items["layout"] = [*_parts(), *items["layout"]]
    items["saved"] = list(_saved(studio))
    return [Group(name, _title(name), tuple(listed)) for name, listed in items.items() if listed]


def _usual(kind: FieldType) -> int:
    """The types that most forms are made of come first, the others by their names."""
    return USUAL.index(kind.name) if kind.name in USUAL else len(USUAL)


def _order() -> list[str]:
    known = list(GROUPS)
    later = sorted({kind.group for kind in FIELD_TYPES.values()} - set(known))
    return [*known[:-2], *later, *known[-2:]]


def _title(name: str) -> str:
    return str(_(GROUPS[name])) if name in GROUPS else name.replace("_", " ").capitalize()


def _parts() -> Iterable[Item]:
    yield Item(_("Section"), "layout-list", _words(N_("Section"), "group"), "section.add")
    yield Item(_("Tab"), "folder", _words(N_("Tab"), "page"), "tab.add")


def _saved(studio: Studio) -> Iterable[Item]:
    for group in studio.app_document.get("field_groups", ()):
        title = studio.text(group.get("title")) or group["key"]
        yield Item(title, "bookmark", search_key(title), "group.add", {"group": group["key"]})


@lru_cache(500)
def _of_type(kind: FieldType, locale: str) -> Item:
    label = str(_(kind.label))
    found = _words(kind.label, f"{kind.name.replace('_', ' ')} {ALIASES.get(kind.name, '')}")
    sample = _sample(kind, locale)
    return Item(label, kind.icon, found, "field.add", {"type": kind.name}, sample, can_be_column(kind))


@lru_cache(500)
def _words(label: str, others: str = "") -> str:
    """By what an item is found: its label in every language, in pinyin and by initials, and other words."""
    labels = []
    for locale in LOCALES:
        with force_locale(locale):
            labels.append(str(_(label)))
    return search_key(*labels, *others.split())


def _sample(kind: FieldType, locale: str) -> str:
    """How a value of the type looks; "" for types whose values say nothing by themselves."""
    if not kind.examples or kind.template == "fields/picker.html":
        return ""
    example = parse_field("x", {**kind.example_schema, "fw": {"type": kind.name, **kind.example_options}})
    return kind.display(kind.examples[0][1], example, Reader(locale, "UTC"), NOBODY)
