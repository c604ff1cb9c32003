"""Files over the API: sent for a field, then named by their ids in the values of a record; got from a record."""

from flask import Response
from flask_babel import get_locale

from runtime.api import blueprint
from runtime.api.body import answer, errors
from runtime.api.records import api_user
from runtime.definitions import lookup
from runtime.endpoints import takes_files
from runtime.fields import FieldError, Reader
from runtime.forms import entry, files


@blueprint.post("/apps/<app>/forms/<form>/files/<field>")
@takes_files
def send_file(app: str, form: str, field: str) -> Response:
    """Keep the file that the body is, named by `name`; its id waits a day for a record."""
    user = api_user()
    found = files.form_that_takes(user, app, form, field)
    try:
        kept = files.taken(user, found, field)
    except FieldError as error:
        reader = Reader(str(get_locale() or "en")[:2], found.zone)
        return errors([entry.problem_of(found.fields[field], error, reader)])
    told = {"id": kept.key, "name": kept.name, "size": kept.size, "type": kept.type, "sha256": kept.sha256}
    return answer(told, 201)


@blueprint.get("/apps/<app>/forms/<form>/records/<int:record_id>/files/<field>/<file>")
def get_file(app: str, form: str, record_id: int, field: str, file: str) -> Response:
    """The bytes of a file that a record holds."""
    return files.sent_of_record(api_user(), lookup.form(app, form), record_id, field, file)
