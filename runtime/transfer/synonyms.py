"""Words by which people call the same column in many companies: a column that no field has the name of may still be
found by one of them.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from runtime.fields import Field


class _Meaning(NamedTuple):
    """What some words mean; a field of this type means it whatever it is called."""

    words: frozenset[str]
    type: str = ""


def _meaning(words: str, type_: str = "") -> _Meaning:
    return _Meaning(frozenset(each.strip() for each in words.split(",")), type_)


_MEANINGS = (
    _meaning("e-mail,email,mail,e-mail address,email address,邮箱,电子邮箱,电子邮件,邮件,邮箱地址", "email"),
    _meaning(
        "phone,telephone,tel,tel.,tel no,mobile,mobile phone,mobile no,cell,cell phone,phone number,phone no,"
        "手机,手机号,手机号码,电话,电话号码,联系电话,移动电话,座机",
        "phone",
    ),
    _meaning("website,web site,web,url,link,homepage,web page,网址,网站,链接,主页,官网", "url"),
    _meaning("name,title,full name,subject,名称,姓名,名字,标题,主题"),
    _meaning("customer,client,customer name,client name,company,account,客户,客户名称,公司,公司名称,单位"),
    _meaning("contact,contact person,contact name,联系人,联系人姓名"),
    _meaning("address,street,street address,地址,详细地址,联系地址,住址"),
    _meaning("city,town,城市,市"),
    _meaning("country,国家,国别"),
    _meaning("remark,remarks,note,notes,comment,comments,description,details,备注,说明,描述,备注信息,详情"),
    _meaning("owner,responsible,person in charge,assignee,assigned to,sales rep,负责人,责任人,经办人,归属人"),
    _meaning("department,dept,dept.,team,部门,所属部门,团队"),
    _meaning("status,state,stage,状态,阶段"),
    _meaning("kind,type,category,class,类型,类别,分类,种类"),
    _meaning("level,grade,rank,级别,等级"),
    _meaning("quantity,qty,qty.,count,number of pieces,pcs,数量,件数"),
    _meaning("price,unit price,rate,单价,价格"),
    _meaning("amount,total,sum,total amount,金额,总额,总金额,合计"),
    _meaning("date,day,日期"),
    _meaning("due,due date,due on,deadline,until,到期日,到期日期,截止日期,期限,截止时间"),
    _meaning("source,lead source,来源,客户来源,渠道"),
    _meaning("birthday,date of birth,birth date,born,生日,出生日期"),
    _meaning("sex,gender,性别"),
    _meaning("priority,urgency,优先级,紧急程度"),
)


def meant(name: str, fields: Mapping[str, Field], names: Mapping[str, Iterable[str]]) -> str:
    """The key of the only one of these fields that a column of this name can mean, "" for none and for several. `names`
    are what each field is called; all in small letters.
    """
    for meaning in _MEANINGS:
        if name in meaning.words:
            called = [key for key in fields if not meaning.words.isdisjoint(names[key])]
            of_type = [key for key, one in fields.items() if meaning.type and one.type.name == meaning.type]
            found = called or of_type
            if len(found) == 1:
                return found[0]
    return ""
