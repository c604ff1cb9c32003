"""Which language a person reads: their setting, else the cookie, else what the browser asks for."""

import pytest
from flask.testing import FlaskClient

from runtime.accounts.models import User
from tests.support.pages import post, sign_in, with_password


def language(client: FlaskClient, address: str = "/login", **headers: str) -> str:
    page = client.get(address, headers={"Accept-Language": headers["asked"]} if headers else None).text
    return page.split('<html lang="')[1].split('"')[0]


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        ("zh-Hans-CN", "zh-CN"),
        ("zh-Hans-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("zh", "zh-CN"),
        ("zh-CN", "zh-CN"),
        ("zh_CN", "zh-CN"),
        ("zh-TW", "zh-CN"),
        ("zh-HK", "zh-CN"),
        ("zh-MO", "zh-CN"),
        ("zh-SG", "zh-CN"),
        ("zh-Hant-HK", "zh-CN"),
        ("ZH-hans", "zh-CN"),
        ("en", "en"),
        ("en-GB,en;q=0.7,zh-CN;q=0.3", "en"),
        ("de-DE,de;q=0.9,zh;q=0.5,en;q=0.4", "zh-CN"),
        ("de", "en"),
        ("zh;q=0,en;q=0.1", "en"),
        ("*", "en"),
        ("", "en"),
        ("\u00e4\u00f6;;;q=x,,", "en"),
        ("zhuang", "en"),
    ],
)
def test_the_browsers_wish_is_understood(client: FlaskClient, asked: str, spoken: str) -> None:
    assert language(client, asked=asked) == spoken


def test_the_cookie_goes_before_the_browsers_wish(client: FlaskClient) -> None:
    post(client, "/language", locale="zh", next="/login")
    assert language(client, asked="en") == "zh-CN"


def test_the_switch_keeps_page_and_query(client: FlaskClient) -> None:
    answer = post(client, "/language", locale="zh", next="/login?next=/inbox/?before%3D7")
    assert answer.headers["Location"] == "/login?next=/inbox/?before%3D7"


def test_the_setting_goes_before_the_cookie_and_follows_the_switch(client: FlaskClient, bob: User) -> None:
    client.set_cookie("locale", "zh")
    sign_in(client, with_password(bob))
    assert language(client, "/") == "en"
    post(client, "/language", "/", locale="zh")
    client.delete_cookie("locale")
    assert language(client, "/") == "zh-CN"


@pytest.mark.parametrize("locale", ["xx", "", "en-GB", "../../etc"])
def test_a_language_that_we_do_not_speak_changes_nothing(client: FlaskClient, locale: str) -> None:
    post(client, "/language", locale=locale)
    assert language(client) == "en"


@pytest.mark.parametrize(
    ("chosen", "shown"), [("dark", "dark"), ("light", "light"), ("auto", "auto"), ("x", "auto")]
)
def test_the_theme_is_kept_by_the_browser(client: FlaskClient, chosen: str, shown: str) -> None:
    post(client, "/theme", theme=chosen)
    assert f'data-theme="{shown}"' in client.get("/login").text


def test_the_profile_is_saved_in_the_new_language(client: FlaskClient, bob: User) -> None:
    sign_in(client, with_password(bob))
    post(client, "/profile", "/profile", name="鲍勃", locale="zh", zone="Asia/Shanghai")
    page = client.get("/profile").text
    assert "鲍勃" in page
    assert "Your profile is saved." not in page


def test_keys_of_one_letter_are_switched_off_in_the_profile_for_every_page(
    client: FlaskClient, bob: User
) -> None:
    sign_in(client, with_password(bob))
    assert "data-single-keys" not in client.get("/").text
    post(client, "/profile", "/profile", name="Bob", locale="en", zone="")
    assert 'data-single-keys="off"' in client.get("/").text
    post(client, "/profile", "/profile", name="Bob", locale="en", zone="", single_keys="y")
    assert "data-single-keys" not in client.get("/").text
