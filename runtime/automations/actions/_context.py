"""What an action works with: the run, its values, and the one way to write records."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from runtime import formulas, times
from runtime.accounts.models import User
from runtime.automations.chain import Budget, silence
from runtime.automations.models import Run
from runtime.conditions.facts import look_up
from runtime.definitions import lookup
from runtime.definitions.documents import Automation, Form
from runtime.errors import PermanentError
from runtime.records import deletion, store
from runtime.records.store import Actor, Saved


@dataclass(frozen=True)
class ActionContext:
    """One run on its way. `form` is that of the record that started it, `values` what formulas may read."""

    session: Session
    run: Run
    automation: Automation
    form: Form
    actor: Actor
    values: Mapping[str, Any]
    budget: Budget
    step_id: int
    onlooker: User | None = None
    """Who only tries the run, and may learn and write nothing by it that is not his to see and write."""

    def target(self, key: str) -> Form:
        """The published form of the same app that an action names."""
        found = lookup.form_if_any(self.automation.app, key)
        if found is None:
            raise PermanentError(_("There is no form “%(form)s”.", form=key))
        return found

    def evaluate(self, formulas_by_key: Mapping[str, Any]) -> dict[str, Any]:
        """The value of each formula, None for blank; what is no text is a constant."""
        return {key: self._evaluate(key, source) for key, source in formulas_by_key.items()}

    def _evaluate(self, key: str, source: Any) -> Any:
        if not isinstance(source, str):
            return source
        try:
            return formulas.evaluate(formulas.parse(source), self._read, now=times.now(), zone=self.form.zone)
        except formulas.FormulaError as error:
            raise PermanentError(f"{key}: {formulas.sentence(error)}") from error

    def _read(self, path: tuple[str, ...]) -> Any:
        return look_up(".".join(path), self.values)

    def write(
        self, form: Form, values: Mapping[str, Any], record_id: int | None = None, *, triggers: bool = True
    ) -> Saved:
        """Create a record, or change one, as the identity of the run and within the chain's budget."""
        self.budget.spend()
        with silence(not triggers):
            return store.save(self._writer, form, dict(values), record_id=record_id)

    def delete(self, form: Form, record_id: int, *, triggers: bool = True) -> None:
        """Put a record into the trash, as the identity of the run and within the chain's budget."""
        self.budget.spend()
        with silence(not triggers):
            deletion.delete(self._writer, form, record_id)

    @property
    def _writer(self) -> Actor:
        if self.onlooker is None:
            return self.actor
        return replace(self.actor, user=self.onlooker, onlooker=self.onlooker, trusted=False)
