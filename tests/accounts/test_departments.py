"""The tree of departments keeps its paths, whatever is moved."""

import pytest
from flask import Flask

from runtime.accounts import departments
from runtime.accounts.models import Department
from runtime.db import db, transaction
from runtime.errors import Conflict


def make(name: str, parent: Department | None = None) -> Department:
    with transaction() as session:
        made = Department(path="")
        departments.save(made, name, session.merge(parent) if parent else None, None)
    return made


def path_of(department: Department) -> str:
    db.session.expire_all()
    return db.session.get_one(Department, department.id).path


def test_a_path_lists_the_ids_from_the_root(app: Flask) -> None:
    company = make("Company")
    sales = make("Sales", company)
    assert path_of(sales) == f"/{company.id}/{sales.id}/"
    assert [departments.depth(one) for one in departments.tree()] == [0, 1]


def test_moving_a_department_moves_what_is_below_it(app: Flask) -> None:
    company, sales = make("Company"), make("Sales")
    north = make("North", sales)
    with transaction() as session:
        departments.save(
            session.get_one(Department, sales.id), "Sales", session.get_one(Department, company.id), None
        )
    assert path_of(north) == f"/{company.id}/{sales.id}/{north.id}/"


def test_a_department_cannot_stand_below_itself(app: Flask) -> None:
    sales = make("Sales")
    north = make("North", sales)
    with pytest.raises(Conflict), transaction() as session:
        departments.save(
            session.get_one(Department, sales.id), "Sales", session.get_one(Department, north.id), None
        )


def test_two_departments_cannot_have_one_name(app: Flask) -> None:
    make("Sales")
    with pytest.raises(Conflict):
        make("Sales")
