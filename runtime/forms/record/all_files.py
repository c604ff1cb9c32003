"""The files of a whole record in one list, wherever they stand: in fields, in rows, in comments."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask_babel import gettext as _

from runtime.forms.downloads import file_size
from runtime.forms.reading import Line, Reading
from runtime.forms.record.spot import Spot
from runtime.timeline import Entry


@dataclass(frozen=True)
class Filed:
    """A file: what it is called, its size in words, where it is got, and at what it stands."""

    name: str
    size: str
    address: str
    place: str


def all_files(read: Reading, comments: Iterable[Entry], spot: Spot) -> list[Filed]:
    """Every file of the record that its reader may see; none where all of them stand in one place anyway."""
    lines = (line for block in read.blocks for row in block.rows for line in row)
    found = [each for line in lines for each in _of_line(line)] + list(_of_comments(comments, spot))
    return found if len({each.place for each in found}) > 1 else []


def _of_line(line: Line) -> Iterator[Filed]:
    cells = (cell for row in line.rows for cell in row if cell is not None)
    for each in (line, *cells):
        place = line.title if each is line else f"{line.title}: {each.title}"
        for file in each.files:
            yield Filed(file.name, file.size, file.address, place)


def _of_comments(comments: Iterable[Entry], spot: Spot) -> Iterator[Filed]:
    for entry in comments:
        for file in entry.files:
            address = spot.to("comments.get_file", file=file.key)
            yield Filed(file.name, file_size(file.size), address, _("Comment by %(who)s", who=entry.who))
