"""Files of which the database knows nothing are told, and go by command alone."""

import os
from datetime import timedelta
from pathlib import Path

from click.testing import CliRunner

from builder import cli
from runtime.check import violations
from runtime.times import now
from tests.files.desk import PDF, kept, sent
from tests.support.world import World

DAYS_AGO = (now() - timedelta(days=3)).timestamp()


def command(world: World, *words: str) -> list[str]:
    done = CliRunner().invoke(
        cli.formwright, ["files", "strays", *words], obj=lambda: world.app, catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    return done.stdout.split()


def test_files_without_a_row_are_told_by_the_check_and_removed_by_command_alone(world: World) -> None:
    # given files with rows, and some of which nothing tells, one of them new
    key = sent(world, "bob", "papers", "a.pdf", PDF)
    folder = Path(world.app.config["SETTINGS"].home) / "files"
    old = {"ab" * 16, "ab" * 16 + "-small", "cd" * 16 + ".1234abcd.part"}
    for name in (*old, "ef" * 16):
        (folder / name[:2]).mkdir(exist_ok=True)
        (folder / name[:2] / name).write_bytes(PDF)
    for name in (*old, *kept(world)):
        if not name.startswith("ef"):
            os.utime(folder / name[:2] / name, (DAYS_AGO, DAYS_AGO))

    (folder / ".DS_Store").write_bytes(b"")

    # then
    with world.app.app_context():
        told = {each["file"] for each in violations() if each["rule"] == "every_file_is_known"}
    assert told == old == set(command(world))
    assert set(command(world, "--remove")) == old and command(world) == []
    assert key in kept(world) and (folder / "ef" / ("ef" * 16)).exists()
