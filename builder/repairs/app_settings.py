"""Settings of an app that name what it does not have: a start page that is gone, a language not spoken."""

from builder.checks import Context
from builder.repairs import Repair, dropping
from runtime.definitions.documents import Document
from runtime.errors import Problem


class AppSettings:
    """Leaves the setting to its default."""

    name = "app_settings"
    kinds = ("app",)

    def repair(self, document: Document, problem: Problem, context: Context) -> Repair | None:
        match problem.path:
            case (("start" | "default_locale") as name,):
                return dropping(document[name], "app.set", name=name, remove=True)
        return None


plugin = AppSettings()
