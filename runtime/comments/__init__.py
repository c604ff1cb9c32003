"""What people write to each other about a record: seen by who may read the record, gone with it, in no export.

May import: notifications, records, access and below.
"""

from runtime.comments.people import OFFERED, offered
from runtime.comments.writing import Said, about, change, drop, move, own, read, write

__all__ = ["OFFERED", "Said", "about", "change", "drop", "move", "offered", "own", "read", "write"]
