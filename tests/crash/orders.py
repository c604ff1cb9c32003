"""Orders of the crash app: sent until they are acknowledged, and what must have come of them."""

import http.client
import uuid
from collections import Counter
from typing import Any

from tests.support.mail import MailSink
from tests.support.system import System, wait_for

ORDERS = "/api/v1/apps/crash/forms/order/records"
PARCELS = "/api/v1/apps/crash/forms/parcel/records"


def submit(system: System, token: str, name: str) -> dict[str, Any]:
    """Send an order until it is acknowledged, always with the same key, as a careful client does."""
    key = str(uuid.uuid4())

    def attempt() -> dict[str, Any] | None:
        try:
            status, body, _ = system.request(
                "POST", ORDERS, {"values": {"name": name}}, token, Idempotency_Key=key
            )
        except (OSError, http.client.HTTPException):
            return None
        assert status == 201 or status >= 500, body
        return body if status == 201 else None

    found: dict[str, Any] = wait_for(attempt, 90, f"order {name} to be accepted")
    return found


def everything(system: System, token: str, path: str) -> list[dict[str, Any]]:
    """All records of a form, once the web process is there again."""
    wait_for(lambda: system.health()[0], 60, "the web process")
    items: list[dict[str, Any]] = []
    after = ""
    while True:
        status, body, _ = system.request("GET", f"{path}?limit=500{after}", token=token)
        assert status == 200, body
        items += body["items"]
        if body["next"] is None:
            return items
        after = f"&after={body['next']}"


def assert_all_done_once(
    system: System, token: str, sink: MailSink, names: list[str], mail_copies: int
) -> None:
    """Each acknowledged order: one record, one parcel, one notice, one e-mail (a copy per kill at the most)."""
    wanted = Counter(names)

    def notices() -> Counter[str]:
        _, body, _ = system.request("GET", "/api/v1/inbox?limit=500", token=token)
        return Counter(item["subject"].removeprefix("Order ") for item in body["items"])

    def mails() -> Counter[str]:
        different = {(str(mail["Subject"]), str(mail["Message-ID"])) for mail in list(sink.mails)}
        return Counter(subject.removeprefix("Order ") for subject, _ in different)

    wait_for(lambda: len(everything(system, token, PARCELS)) >= len(names), 120, "the parcels")
    wait_for(lambda: len(mails()) >= len(names), 120, "the mails")
    orders = everything(system, token, ORDERS)
    assert Counter(o["values"]["name"] for o in orders) == wanted
    assert len({o["values"]["number"] for o in orders}) == len(names)
    assert Counter(p["values"]["name"] for p in everything(system, token, PARCELS)) == wanted
    assert mails() == wanted, "every copy of a mail carries the same Message-ID"
    assert len(sink.mails) <= len(names) + mail_copies
    newest = notices()
    assert newest and all(count == 1 for count in newest.values())
    wait_for(lambda: system.check() == {"ok": True, "violations": []}, 60, "a clean check")
