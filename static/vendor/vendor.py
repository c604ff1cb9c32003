"""Brings the vendored files from npm: `make vendor`. The versions stand here and in the names of the files.

Afterwards CHECKSUMS lists the SHA-256 of every file; a test compares them. `icons.txt` names the icons of
the sprite, one a line. Of Tabler's style sheet only the rules stay that our templates, scripts and code can
need: a browser reads and matches a sixth of it on every page. `tabler-classes.txt` names every class that
Tabler has, so that a test can tell when a new one is used: then `make vendor` brings its rules.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
HTMX, TABLER, ICONS, SORTABLE = "4.0.1", "1.6.1", "3.51.0", "1.15.7"
PAD, TRIX = "5.1.4", "2.1.19"
AREAS = "2.1.0"  # of Vant: provinces, cities and districts of China, by the codes of GB/T 2260
FIELDS = HERE.parents[1] / "runtime" / "fields"
PURGE = "8.0.0"  # PurgeCSS
# A rule for whatever stands behind something else: with it a browser works out the style of the whole page anew
# whenever an answer puts an element in or takes one out. Our legends do not float.
BROAD = "legend+*{clear:left}"
# Trix writes a style sheet into the page, which our policy refuses; its rules stand in app.css.
STYLING = "{yt(t).textContent=e.replace(/%t/g,t)}"
SOURCES = ("templates/**/*.html", "static/**/*.js", "runtime/**/*.py", "builder/**/*.py")
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
        pad = unpack(f"signature_pad@{PAD}", Path(name))
        copy_without_map(pad / "dist/signature_pad.umd.min.js", f"signature_pad-{PAD}.umd.min.js")
        copy(pad / "LICENSE", "signature_pad.LICENSE.txt")
        trix = unpack(f"trix@{TRIX}", Path(name))
        copy_without_map(trix / "dist/trix.umd.min.js", f"trix-{TRIX}.umd.min.js", leave_out=STYLING)
        copy(trix / "LICENSE", "trix.LICENSE.txt")
        style = tabler / "dist/css/tabler.min.css"
        (HERE / f"tabler-{TABLER}.min.css").write_text(without_map(trimmed(style, Path(name))), "utf-8")
        (HERE / "tabler-classes.txt").write_text("\n".join(classes(style)) + "\n", "utf-8")
        areas = unpack(f"@vant/area-data@{AREAS}", Path(name))
        shutil.copyfile(areas / "LICENSE", FIELDS / "regions-china.LICENSE.txt")
        (FIELDS / f"regions-china-{AREAS}.json").write_text(regions(areas / "dist/index.js"), "utf-8")
        copy(icons / "LICENSE", "tabler.LICENSE.txt")  # the same text for both; core ships none
        (HERE / f"tabler-icons-{ICONS}.svg").write_text(sprite(icons / "icons/outline"), "utf-8")
    write_checksums()


def found(program: str) -> str:
    """The path of a program that must be there."""
    return shutil.which(program) or sys.exit(f"make vendor needs {program}")


def unpack(package: str, folder: Path) -> Path:
    """The folder of an npm package."""
    said = subprocess.run(
        [found("npm"), "pack", "--silent", package], cwd=folder, check=True, capture_output=True, text=True
    )
    archive = folder / said.stdout.split()[-1]
    with tarfile.open(archive) as tar:
        tar.extractall(folder / archive.stem, filter="data")
    return folder / archive.stem / "package"


def trimmed(style: Path, folder: Path) -> str:
    """The rules of a style sheet that our sources can need, by the words that stand in them."""
    npm = [found("npm"), "install", "--silent", "--no-audit", "--no-fund"]
    subprocess.run([*npm, f"purgecss@{PURGE}"], cwd=folder, check=True)
    content = [str(HERE.parents[1] / source) for source in SOURCES]
    ours = [str(path) for path in sorted(HERE.parent.glob("*.css"))]  # they use its variables
    wanted = {"css": [str(style), *ours], "content": content, "variables": True, "keyframes": True}
    script = (
        'const { PurgeCSS } = require("purgecss");'
        "const defaultExtractor = (text) => text.match(/[\\w-]+/g) || [];"
        "new PurgeCSS().purge({ ...JSON.parse(process.argv[1]), defaultExtractor })"
        ".then(([found]) => process.stdout.write(found.css));"
    )
    node = [found("node"), "-e", script]
    said = subprocess.run([*node, json.dumps(wanted)], cwd=folder, check=True, capture_output=True, text=True)
    if BROAD not in said.stdout:
        sys.exit(f"Tabler has no {BROAD} any more")
    return said.stdout.replace(BROAD, "")


def classes(style: Path) -> list[str]:
    """The names of all classes of a style sheet."""
    text = re.sub(r"/\*.*?\*/|\{[^{}]*\}", " ", style.read_text("utf-8"), flags=re.S)
    return sorted(set(re.findall(r"\.([a-z][a-z0-9_-]*)", text)))


def copy(source: Path, name: str) -> None:
    shutil.copyfile(source, HERE / name)


def copy_without_map(source: Path, name: str, leave_out: str = "{}") -> None:
    """Copy a script without the pointer to a source map that is not vendored, and without what a function does."""
    text = re.sub(r"^//# sourceMappingURL=.*$", "", source.read_text("utf-8"), flags=re.M)
    if leave_out not in text:
        sys.exit(f"{source.name} has no {leave_out} any more")
    text = text.replace(leave_out, "{}")
    (HERE / name).write_text(text.rstrip() + "\n", "utf-8")


def regions(script: Path) -> str:
    """Code and name of every region, one a line: the package is a script of plain literals."""
    pairs = re.findall(
        r'^\s*([1-9][0-9]{5}): ("(?:[^"\\]|\\u[0-9A-F]{4})+"),?$', script.read_text("utf-8"), re.M
    )
    lines = [f'"{code}": {json.dumps(json.loads(name), ensure_ascii=False)}' for code, name in sorted(pairs)]
    return "{\n" + ",\n".join(lines) + "\n}\n"


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
