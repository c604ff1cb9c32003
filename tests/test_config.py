"""Every setting may come as a file named by `NAME_FILE`; what cannot be used is told in one line."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from runtime import config
from runtime.config import SettingError

GIVEN = {
    "FORMWRIGHT_HOME": ("home", "{folder}/elsewhere"),
    "FORMWRIGHT_HOST": ("host", "0.0.0.0"),
    "FORMWRIGHT_PORT": ("port", "8123"),
    "FORMWRIGHT_PUBLIC_URL": ("public_url", "https://forms.example.com"),
    "FORMWRIGHT_SECRET_KEY": ("secret_key", "a secret of sixteen or more"),
    "DATABASE_URL": ("database_url", "postgresql+psycopg://somebody@db/forms"),
    "REDIS_URL": ("redis_url", "redis://:secret@redis/0"),
    "FORMWRIGHT_TRASH_DAYS": ("trash_days", "14"),
    "FORMWRIGHT_PROXIES": ("proxies", "1"),
    "SMTP_URL": ("smtp_url", "smtps://me:secret@mail.example.com"),
}


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"FORMWRIGHT_HOME": str(tmp_path / "home")}


def without(environ: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in environ.items() if key != name}


@pytest.mark.parametrize(("name", "attribute", "text"), [(name, *own) for name, own in GIVEN.items()])
def test_a_setting_comes_from_a_file(
    environ: dict[str, str], tmp_path: Path, name: str, attribute: str, text: str
) -> None:
    text = text.format(folder=tmp_path)
    file = tmp_path / "setting"
    file.write_text(f"{text}\n", "utf-8")

    found = config.read({**without(environ, name), f"{name}_FILE": str(file)})

    assert str(getattr(found, attribute)) == text


@pytest.mark.parametrize("name", GIVEN)
def test_a_setting_is_given_once(environ: dict[str, str], tmp_path: Path, name: str) -> None:
    (tmp_path / "setting").write_text("text", "utf-8")
    both = {name: "text", f"{name}_FILE": str(tmp_path / "setting")}
    with pytest.raises(SettingError, match=f"^set {name} or {name}_FILE, not both$"):
        config.read({**environ, **both})


@pytest.mark.parametrize("name", GIVEN)
def test_a_file_that_cannot_be_read_is_named(environ: dict[str, str], tmp_path: Path, name: str) -> None:
    missing = tmp_path / "missing"
    with pytest.raises(SettingError, match=f"^{name}_FILE: No such file or directory: {missing}$"):
        config.read({**without(environ, name), f"{name}_FILE": str(missing)})


def test_a_file_that_is_no_text_is_named(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "setting").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingError, match=r"^SMTP_URL_FILE: not a text in UTF-8: /"):
        config.read({**environ, "SMTP_URL_FILE": str(tmp_path / "setting")})


def test_the_table_names_every_setting() -> None:
    readme = Path(config.ROOT, "README.md").read_text("utf-8")
    assert {attribute for attribute, _text in GIVEN.values()} | {"s3", "scanner", "webhook_hosts"} == set(
        config.Settings.__dataclass_fields__
    )
    assert all(f"`{name}`" in readme for name in GIVEN)


BUCKET = {
    "FORMWRIGHT_S3_BUCKET": "papers/forms/",
    "FORMWRIGHT_S3_ENDPOINT": "https://s3.example.com",
    "FORMWRIGHT_S3_KEY": "us",
}


def test_a_bucket_has_its_secret_from_a_file_and_does_not_show_it(
    environ: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("very secret\n", "utf-8")
    found = config.read({**environ, **BUCKET, "FORMWRIGHT_S3_SECRET_FILE": str(tmp_path / "secret")}).s3
    assert found == config.S3("papers", "forms/", "https://s3.example.com", "us-east-1", "us", "very secret")
    assert "very secret" not in repr(found)


@pytest.mark.parametrize("missing", ["FORMWRIGHT_S3_KEY", "FORMWRIGHT_S3_SECRET"])
def test_a_bucket_without_a_key_or_a_secret_is_told(environ: dict[str, str], missing: str) -> None:
    given = {**BUCKET, "FORMWRIGHT_S3_SECRET": "x"}
    with pytest.raises(SettingError, match=r"^FORMWRIGHT_S3_BUCKET needs"):
        config.read({**environ, **without(given, missing)})


def test_a_scanner_is_a_command_that_is_there(environ: dict[str, str]) -> None:
    assert config.read(environ).scanner == ()
    found = config.read({**environ, "FORMWRIGHT_SCANNER": f"{sys.executable} -c 'exit 0'"})
    assert found.scanner == (sys.executable, "-c", "exit 0")


@pytest.mark.parametrize(
    ("text", "why"), [("no-scanner -", "there is no program"), ("scan 'it", "is no command")]
)
def test_a_scanner_that_cannot_run_is_told(environ: dict[str, str], text: str, why: str) -> None:
    with pytest.raises(SettingError, match=f"^FORMWRIGHT_SCANNER.*{why}"):
        config.read({**environ, "FORMWRIGHT_SCANNER": text})


def test_a_secret_key_is_there_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, made = os.link, []

    def linked(part: Any, path: Any) -> None:
        made.append(Path(part).read_text())
        Path(path).write_text("the key of who was faster")
        real(part, path)

    monkeypatch.setattr(os, "link", linked)
    key = config.read({"FORMWRIGHT_HOME": str(tmp_path)}).secret_key
    assert key == "the key of who was faster"
    assert len(made[0]) >= 48
    assert [each.name for each in tmp_path.iterdir()] == ["secret_key"]


def test_a_secret_key_that_was_lost_is_told_and_not_taken_for_one(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("")
    with pytest.raises(config.SettingError, match="secret key is lost"):
        config.read({"FORMWRIGHT_HOME": str(tmp_path)})
