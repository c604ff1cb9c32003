"""How a file is listed and sent: by an address below its record, or below its form while no record holds it."""

import logging
from typing import Any, BinaryIO, cast

from babel.numbers import format_decimal
from flask import Response, request, send_file, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from runtime import files
from runtime.definitions.documents import Form
from runtime.errors import NotFound
from runtime.fields import Reader
from runtime.fields._files import FilesField
from runtime.files import StorageError, StoredFile
from runtime.forms.shown import ShownFile

log = logging.getLogger(__name__)

POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
_UNITS = ("B", "kB", "MB")


def shown(
    form: Form, found: StoredFile, record_id: int | None, reader: Reader, upload: str = ""
) -> ShownFile:
    """A file in a list; one that no record holds is got where it was sent, which `upload` may name."""
    own = f"{upload}{found.field}/{found.key}" if upload and found.record_id is None else ""
    address = own or _address(form, found, record_id)
    small = f"{address}?small=1" if found.small else ""
    return ShownFile(found.key, found.name, size(found.size, reader.locale), address, small)


def _address(form: Form, found: StoredFile, record_id: int | None) -> str:
    place: dict[str, Any] = {"app": form.app, "form": form.key, "field": found.field, "file": found.key}
    if found.record_id is None or record_id is None:
        return url_for("files.waiting", **place)
    return url_for("files.of_record", **place, record_id=record_id)


def size(count: int, locale: str) -> str:
    """A number of bytes for people."""
    number, unit = float(count), 0
    while number >= 1000 and unit < len(_UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{format_decimal(round(number, 1 if unit == 2 else 0), locale=locale)} {_UNITS[unit]}"


def file_size(count: int) -> str:
    """The same in the language of whoever reads."""
    return size(count, str(get_locale() or "en"))


def response(form: Form, found: StoredFile, *, small: bool = False) -> Response:
    """The bytes of a file. Only pictures that we made ourselves may be shown, all else is saved."""
    if small and not found.small:
        raise NotFound(_("There is no such file."))
    of_field = form.fields.get(found.field)  # none of a comment's
    inline = of_field is not None and isinstance(of_field.type, FilesField) and of_field.type.is_picture
    answer = send_file(
        _opened(f"{found.key}-small" if small else found.key),
        mimetype=found.type,
        as_attachment=not inline,
        download_name=found.name,
        etag=f"{found.sha256}{'-small' if small else ''}",
        conditional=False,
    )
    if not small:
        answer.content_length = found.size
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Cache-Control"] = "private, no-cache"
    return cast(Response, answer.make_conditional(request))


def _opened(name: str) -> BinaryIO:
    try:
        return files.storage().open(name)
    except StorageError as error:
        log.error("files: %s", error)
        raise StorageError(
            _("This file cannot be read now. Try again later, or tell an administrator.")
        ) from error
