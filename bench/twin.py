"""The hand-coded app: Flask, WTForms and SQLAlchemy as one would write it for this job alone.

It signs people in, checks CSRF, validates, writes the record and (on /work) the second record in one
transaction, and lists with filter, sort and paging. No rules engine, no history, no outbox.
"""

import csv
import io
import os
from datetime import date
from decimal import Decimal
from typing import Any

from flask import Blueprint, Flask, abort, redirect, render_template, request, session, url_for
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFProtect
from jinja2 import DictLoader
from sqlalchemy import Engine, ForeignKey, Index, Numeric, String, Text, event, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response
from wtforms import BooleanField, DateField, DecimalField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Email, Length, NumberRange, Optional

from bench.package import CITIES, KINDS


class Base(DeclarativeBase):
    pass


db = SQLAlchemy(model_class=Base)


class Person(Base):
    __tablename__ = "people"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))


class Columns:
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    customer: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(320))
    phone: Mapped[str | None] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))
    city: Mapped[str | None] = mapped_column(String(40))
    address: Mapped[str | None] = mapped_column(String(200))
    source: Mapped[str | None] = mapped_column(String(200))
    started_on: Mapped[date | None]
    due_on: Mapped[date]
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 2))
    price: Mapped[Decimal] = mapped_column(Numeric(18, 2))
    total: Mapped[Decimal] = mapped_column(Numeric(18, 4))
    note: Mapped[str | None] = mapped_column(Text)
    urgent: Mapped[bool] = mapped_column(default=False)
    urgent_reason: Mapped[str | None] = mapped_column(String(200))
    discount: Mapped[bool] = mapped_column(default=False)
    discount_reason: Mapped[str | None] = mapped_column(String(200))
    contact: Mapped[str | None] = mapped_column(String(200))
    reference_no: Mapped[str | None] = mapped_column(String(200))
    created_by: Mapped[int] = mapped_column(ForeignKey("people.id"))


class Work(Columns, Base):
    __tablename__ = "work"
    __table_args__ = (Index("ix_work_list", "created_by", "due_on", "id"),)


class Plain(Columns, Base):
    __tablename__ = "plain"
    __table_args__ = (Index("ix_plain_list", "created_by", "due_on", "id"),)


class Copy(Base):
    __tablename__ = "copy"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    due_on: Mapped[date]
    amount: Mapped[Decimal] = mapped_column(Numeric(18, 2))
    created_by: Mapped[int] = mapped_column(ForeignKey("people.id"))


class WorkForm(FlaskForm):  # type: ignore[misc]
    title = StringField("Title", [DataRequired(), Length(3, 200)])
    customer = StringField("Customer", [DataRequired(), Length(max=200)])
    email = StringField("E-mail", [Optional(), Email()])
    phone = StringField("Phone", [Optional(), Length(max=40)])
    kind = SelectField("Kind", [DataRequired()], choices=[(k, k) for k in KINDS])
    city = SelectField("City", [Optional()], choices=[("", ""), *((c, c) for c in CITIES)])
    address = StringField("Address", [Optional(), Length(max=200)])
    source = StringField("Source", [Optional(), Length(max=200)])
    started_on = DateField("Started on", [Optional()])
    due_on = DateField("Due on", [DataRequired()])
    quantity = DecimalField("Quantity", [DataRequired(), NumberRange(min=0)])
    price = DecimalField("Price", [DataRequired(), NumberRange(min=0)])
    note = TextAreaField("Note", [Optional(), Length(max=2000)])
    urgent = BooleanField("Urgent")
    urgent_reason = StringField("Why urgent", [Optional(), Length(max=200)])
    discount = BooleanField("Discount")
    discount_reason = StringField("Why a discount", [Optional(), Length(max=200)])
    contact = StringField("Contact", [Optional(), Length(max=200)])
    reference_no = StringField("Reference", [Optional(), Length(max=200)])

    def validate(self, extra_validators: Any = None) -> bool:
        ok = bool(super().validate(extra_validators))
        for switch, reason in (("urgent", "urgent_reason"), ("discount", "discount_reason")):
            if self[switch].data and not self[reason].data:
                self[reason].errors = ["Required."]
                ok = False
            if not self[switch].data:
                self[reason].data = None
        return ok


LIST = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title></head><body>
<h1>{{ title }}</h1><p>{{ total }} records</p><table><thead><tr>{% for c in columns %}<th>{{ c }}</th>{% endfor %}</tr></thead>
<tbody>{% for r in rows %}<tr>{% for c in columns %}<td>{% if loop.first %}<a href="/{{ name }}/{{ r.id }}">{{ r[c] }}</a>
{% else %}{{ r[c] if r[c] is not none else "" }}{% endif %}</td>{% endfor %}</tr>{% endfor %}</tbody></table></body></html>"""
FORM = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>New</title></head><body><form method="post">
{{ form.csrf_token }}{% for f in form if f.name != "csrf_token" %}<p>{{ f.label }} {{ f }}
{% for e in f.errors %}<b>{{ e }}</b>{% endfor %}</p>{% endfor %}<button>Save</button></form></body></html>"""
SHOW = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ r.title }}</title></head><body><h1>{{ r.title }}</h1>
<dl>{% for c in columns %}<dt>{{ c }}</dt><dd>{{ r[c] if r[c] is not none else "" }}</dd>{% endfor %}</dl></body></html>"""
COLUMNS = ["title", "customer", "kind", "city", "due_on", "total"]
TABLES: dict[str, Any] = {"work": Work, "plain": Plain}


@event.listens_for(Engine, "connect")
def _pragmas(connection: Any, _record: Any) -> None:
    if "sqlite" in type(connection).__module__:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=15000", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")


pages = Blueprint("pages", __name__)


def create_app() -> Flask:
    """The twin, on the database that TWIN_DATABASE names."""
    app = Flask(__name__)
    app.config.update(SECRET_KEY="bench", SQLALCHEMY_DATABASE_URI=os.environ["TWIN_DATABASE"])
    app.jinja_loader = DictLoader({"form.html": FORM, "show.html": SHOW, "list.html": LIST})
    db.init_app(app)
    CSRFProtect(app)
    app.register_blueprint(pages)
    return app


def _person() -> Person:
    found = db.session.get(Person, session.get("person", 0))
    return found or abort(403)


@pages.get("/login")
def login() -> str:
    """Sign in; there is one person."""
    session["person"] = 1
    return "ok"


@pages.route("/<name>/new", methods=["GET", "POST"])
def new(name: str) -> str | Response | tuple[str, int]:
    """The empty form, or a new record with what the automation writes."""
    who, form = _person(), WorkForm()
    if request.method == "GET":
        return render_template("form.html", form=form)
    if not form.validate():
        return render_template("form.html", form=form), 422
    row = _row(name, form, who)
    db.session.add(row)
    if name == "work":
        db.session.add(Copy(title=row.title, due_on=row.due_on, amount=row.total, created_by=who.id))
    db.session.commit()
    return redirect(url_for("pages.show", name=name, row_id=row.id), code=303)


@pages.post("/<name>/import")
def take(name: str) -> str:
    """The rows of a CSV, each validated as the form is, in one transaction; how many there were."""
    who, titles = _person(), {field.label.text: field.name for field in WorkForm()}
    number = 0
    for row in csv.DictReader(io.TextIOWrapper(request.files["file"].stream, "utf-8")):
        form = WorkForm(MultiDict({titles[title]: cell for title, cell in row.items()}), meta={"csrf": False})
        if not form.validate():
            abort(422)
        db.session.add(_row(name, form, who))
        number += 1
        if number % 500 == 0:
            db.session.flush()
            db.session.expunge_all()
            who = _person()
    db.session.commit()
    return str(number)


def _row(name: str, form: WorkForm, who: Person) -> Any:
    total = (form.quantity.data or Decimal()) * (form.price.data or Decimal())
    row = TABLES[name](created_by=who.id, total=total)
    for field in form:
        if field.name != "csrf_token":
            empty = False if field.name in ("urgent", "discount") else None
            setattr(row, field.name, field.data or empty)
    return row


@pages.get("/<name>/<int:row_id>")
def show(name: str, row_id: int) -> str:
    """One record."""
    who, row = _person(), db.session.get(TABLES[name], row_id)
    if row is None or row.created_by != who.id:
        abort(404)
    columns = [c.name for c in row.__table__.columns]
    return render_template("show.html", r={c: getattr(row, c) for c in columns}, columns=columns)


@pages.get("/<name>/")
def index(name: str) -> str:
    """The first 50 records and how many there are."""
    who, table = _person(), TABLES[name].__table__
    own = select(table).where(table.c.created_by == who.id)
    order = table.c.customer.asc() if request.args.get("sort") == "customer" else table.c.due_on.desc()
    rows = db.session.execute(own.order_by(order, table.c.id.desc()).limit(50)).mappings()
    total = db.session.scalar(select(func.count()).select_from(own.limit(10_001).subquery()))
    return render_template("list.html", title=name, name=name, columns=COLUMNS, rows=rows, total=total)
