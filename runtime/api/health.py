"""Whether this installation is well, for load balancers and watchers: needs no token, tells no secrets."""

from flask import Blueprint, Response

from runtime.api.body import answer
from runtime.endpoints import open_to_all
from runtime.health import health as state

health = Blueprint("health", __name__)


@health.get("/healthz")
@open_to_all
def healthz() -> Response:
    """200 when every part is well, else 503; the body says which is not."""
    well, parts = state()
    return answer({"status": "ok" if well else "ill", **parts}, 200 if well else 503)
