"""What people write to each other about a record: seen by who may read the record, gone with it, in no export.

May import: notifications, files, records, access and below.
"""

from runtime.comments.attached import Attached
from runtime.comments.people import OFFERED, offered
from runtime.comments.seen import note as note_seen
from runtime.comments.writing import Said, about, change, drop, for_reader, move, own, read, write

__all__ = [
    "OFFERED",
    "Attached",
    "Said",
    "about",
    "change",
    "drop",
    "for_reader",
    "move",
    "note_seen",
    "offered",
    "own",
    "read",
    "write",
]
