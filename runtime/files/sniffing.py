"""What bytes are, whatever the name of their file says."""

import puremagic

from runtime.fields._files import KINDS
from runtime.files import naming

HEAD = 8192  # bytes that are looked at
# These begin with any letters; every other known ending belongs to a format that says itself what it is.
TEXTS = frozenset(("txt", "md", "csv", "json", "log", "xml", "yaml", "yml"))
SIGNED = frozenset(ending for kind in KINDS.values() for ending in kind) - TEXTS
_ALIKE = {
    "jpg": {"jpeg", "jfif"},
    "tif": {"tiff"},
    "tiff": {"tif"},
    "heic": {"heif"},
    "m4a": {"mp4", "m4v"},
    "mov": {"mp4", "3gp"},
    "mkv": {"webm"},
    "webm": {"mkv"},
}
_PACKED = frozenset(("zip", "docx", "xlsx", "pptx", "odt", "ods", "odp"))  # all of them zip archives
# Our own table: that of Python takes a name for an address, and differs from machine to machine.
_OFFICE, _OPEN = "application/vnd.openxmlformats-officedocument", "application/vnd.oasis.opendocument"
_TYPES = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "bmp": "image/bmp",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "heic": "image/heic",
    "heif": "image/heif",
    "pdf": "application/pdf",
    "doc": "application/msword",
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "odt": f"{_OPEN}.text",
    "rtf": "application/rtf",
    "txt": "text/plain",
    "md": "text/markdown",
    "csv": "text/csv",
    "json": "application/json",
    "xls": "application/vnd.ms-excel",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "ods": f"{_OPEN}.spreadsheet",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": f"{_OFFICE}.presentationml.presentation",
    "odp": f"{_OPEN}.presentation",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "m4a": "audio/mp4",
    "ogg": "audio/ogg",
    "flac": "audio/flac",
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "webm": "video/webm",
    "avi": "video/x-msvideo",
    "mkv": "video/x-matroska",
    "zip": "application/zip",
    "7z": "application/x-7z-compressed",
    "rar": "application/vnd.rar",
    "tar": "application/x-tar",
    "gz": "application/gzip",
}
_WEAK = 0.3  # so sure that two letters at the beginning are a format


def agrees(ending: str, head: bytes) -> bool:
    """Whether the first bytes can be what the ending of the name says."""
    found = _formats(head)
    names = {ending, *_ALIKE.get(ending, ())} | (_PACKED if ending in _PACKED else frozenset())
    if names & found.keys():
        return True
    if ending in SIGNED:
        return False
    if ending in TEXTS:
        return b"\0" not in head and max(found.values(), default=0) <= _WEAK
    return not SIGNED & found.keys() and not found.keys() & {"html", "svg", "exe"}


def type_of(name: str) -> str:
    """The media type by which a file is sent."""
    return _TYPES.get(naming.ending(name), "application/octet-stream")


def _formats(head: bytes) -> dict[str, float]:
    """The endings of the formats that begin like this, and how sure each is."""
    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return {}
    return {each.extension.lstrip(".").lower(): each.confidence for each in reversed(matches)}
