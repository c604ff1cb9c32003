"""What an automation did: its runs, why some failed, and trying those again."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from builder.automation_log import log
from builder.screens.automation_steps import state_of
from builder.studio import Studio
from runtime.timeline import REASONS

STATES = {
    "running": _l("Running"),
    "waiting": _l("Waiting"),
    "done": _l("Done"),
    "skipped": _l("Skipped"),
    "failed": _l("Failed"),
}


class AutomationRuns:
    """Tab “Runs”."""

    name = "automation.runs"
    kind = "automation"
    tab = "runs"
    title = _l("Runs")
    order = 30
    template = "builder/automation/runs.html"

    def count(self, studio: Studio) -> int | None:
        """Nothing: the number would cost a question on every page."""
        return None

    def context(self, studio: Studio) -> Mapping[str, Any]:
        """The newest runs, or those before the one that the address names."""
        asked = studio.asked.get("before", "")
        before = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else 0
        return {**state_of(studio), "log": log(studio, before), "states": STATES, "reasons": REASONS}


plugin = AutomationRuns()
