"""The files of a whole record in one list, wherever they stand: in its fields, in comments."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask_babel import gettext as _

from runtime.forms.downloads import file_size
from runtime.forms.reading import Reading
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
    of_fields = [
        Filed(file.name, file.size, file.address, line.title) for line in lines for file in line.files
    ]
    found = [*of_fields, *_of_comments(comments, spot)]
    return found if len({each.place for each in found}) > 1 else []


def _of_comments(comments: Iterable[Entry], spot: Spot) -> Iterator[Filed]:
    for entry in comments:
        for file in entry.files:
            address = spot.to("comments.get_file", file=file.key)
            yield Filed(file.name, file_size(file.size), address, _("Comment by %(who)s", who=entry.who))
