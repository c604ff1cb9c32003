"""The fixtures of the form tests."""

import pytest
from flask.testing import FlaskClient

from runtime.accounts.models import User
from tests.forms.followup import Browser, followup, seller, sign_in, sqlite_template

__all__ = ["followup", "seller", "sqlite_template"]


@pytest.fixture
def browser(client: FlaskClient, seller: User) -> Browser:
    """Bob's browser, with JavaScript switched off."""
    return Browser(sign_in(client, seller))
