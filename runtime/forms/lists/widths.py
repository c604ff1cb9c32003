"""How wide the columns of a list are, in pixels, and how many of the first stay in sight."""

from runtime import documents
from runtime.definitions.documents import Form
from runtime.forms.lists import looks
from runtime.forms.lists.columns import may_show
from runtime.forms.lists.looks import Look

LEAST, MOST, USUAL, STEP = 60, 800, 160, 40
MOST_FROZEN = 3
STEPS = {"wider": STEP, "narrower": -STEP}


def settled(form: Form, text: str, hidden: frozenset[str]) -> str:
    """The widths that an address names, of columns that the person may see, as canonical JSON."""
    known = {
        key: min(max(width, LEAST), MOST)
        for key, width in looks.read(text).items()
        if may_show(form, key, hidden) and type(width) is int
    }
    return documents.dumps(known) if known else ""


def frozen(number: int) -> int:
    """How many columns stay in sight."""
    return max(0, min(number, MOST_FROZEN))


def changed(form: Form, look: Look, act: str, hidden: frozenset[str]) -> str:
    """The widths after a button: `wider:amount`, `narrower:amount`, or `as_usual` for those of the page."""
    how, _colon, key = act.partition(":")
    if how == "as_usual":
        return ""
    if how not in STEPS:
        return look.widths
    now = dict(look.wide)
    return settled(form, documents.dumps({**now, key: now.get(key, USUAL) + STEPS[how]}), hidden)
