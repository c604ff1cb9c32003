"""Brings the vendored files from npm: `make vendor`. The versions stand here and in the names of the files.

Afterwards CHECKSUMS lists the SHA-256 of every file; a test compares them. `icons.txt` names the icons of
the sprite, one a line.
"""

import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
HTMX, TABLER, ICONS, SORTABLE = "4.0.1", "1.6.1", "3.51.0", "1.15.7"
BOX = '<path stroke="none" d="M0 0h24v24H0z" fill="none" />'  # an empty square in every icon


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        htmx = unpack(f"htmx.org@{HTMX}", Path(name))
        tabler = unpack(f"@tabler/core@{TABLER}", Path(name))
        icons = unpack(f"@tabler/icons@{ICONS}", Path(name))
        copy(htmx / "dist/htmx.min.js", f"htmx-{HTMX}.min.js")
        copy(htmx / "LICENSE", "htmx.LICENSE.txt")
        sortable = unpack(f"sortablejs@{SORTABLE}", Path(name))
        copy(sortable / "Sortable.min.js", f"sortable-{SORTABLE}.min.js")
        copy(sortable / "LICENSE", "sortable.LICENSE.txt")
        style = (tabler / "dist/css/tabler.min.css").read_text("utf-8")
        (HERE / f"tabler-{TABLER}.min.css").write_text(without_map(style), "utf-8")
        copy(icons / "LICENSE", "tabler.LICENSE.txt")  # the same text for both; core ships none
        (HERE / f"tabler-icons-{ICONS}.svg").write_text(sprite(icons / "icons/outline"), "utf-8")
    write_checksums()


def unpack(package: str, folder: Path) -> Path:
    """The folder of an npm package."""
    npm = shutil.which("npm") or sys.exit("make vendor needs npm")
    said = subprocess.run(
        [npm, "pack", "--silent", package], cwd=folder, check=True, capture_output=True, text=True
    )
    archive = folder / said.stdout.split()[-1]
    with tarfile.open(archive) as tar:
        tar.extractall(folder / archive.stem, filter="data")
    return folder / archive.stem / "package"


def copy(source: Path, name: str) -> None:
    shutil.copyfile(source, HERE / name)


def without_map(style: str) -> str:
    """The style sheet without the pointer to a source map that is not vendored."""
    return re.sub(r"/\*# sourceMappingURL=.*?\*/", "", style).strip() + "\n"


def sprite(folder: Path) -> str:
    """One SVG file with a symbol per icon, `#tabler-<name>`."""
    names = (HERE / "icons.txt").read_text("utf-8").split()
    missing = [name for name in names if not (folder / f"{name}.svg").is_file()]
    if missing:
        sys.exit("no such icons: " + " ".join(missing))
    symbols = "\n".join(symbol(name, (folder / f"{name}.svg").read_text("utf-8")) for name in names)
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'


def symbol(name: str, svg: str) -> str:
    drawing = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.S)
    if drawing is None:
        sys.exit(f"not an SVG: {name}")
    inner = re.sub(r"\s*\n\s*", "", drawing[1]).replace(BOX, "").replace(" />", "/>")
    return f'<symbol id="tabler-{name}" viewBox="0 0 24 24">{inner}</symbol>'


def write_checksums() -> None:
    files = sorted(path for path in HERE.iterdir() if path.suffix in (".js", ".css", ".svg", ".txt"))
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (HERE / "CHECKSUMS").write_text("".join(lines), "utf-8")


if __name__ == "__main__":
    main()
