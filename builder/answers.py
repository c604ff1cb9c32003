"""The questions of the publish page: their controls, and what the person answered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from builder import backfilling, converting, pointers
from builder.amending import CANCEL, KEEP, Answers, Change
from builder.effects import Effect, Question
from builder.studio import Studio
from runtime.fields import LISTED, NOBODY, POINTERS, Field, FieldError, JsonValue, Raw, Reader, ValueType
from runtime.forms import entry
from runtime.forms.conditions import controls
from runtime.forms.conditions.controls import Spot
from runtime.forms.entry import as_one
from runtime.forms.shown import Choice, Shown


@dataclass(frozen=True)
class Asked:
    """An effect as the page shows it: with the control of its question, if it has one."""

    effect: Effect
    control: Shown | None


@dataclass(frozen=True)
class Asking:
    """The effects of publishing one draft, and what was posted about them by the names that begin with `part`."""

    studio: Studio
    part: str
    effects: Sequence[Effect]
    posted: MultiDict[str, str]

    @property
    def answers(self) -> Answers:
        """What was chosen, as far as it can be."""
        chosen = [(each, self._read[each.name]) for each in self._questions if each.name in self._read]
        changes = [
            Change(question.field.key, question.held or None, value)
            for question, value in chosen
            if question.field is not None and not isinstance(value, FieldError)
        ]
        listed = {question.kind: value for question, value in chosen if question.field is None}
        return Answers(
            tuple(changes), str(listed.get("timers", "")), listed.get("backfill") == backfilling.PLAN
        )

    @property
    def is_refused(self) -> bool:
        """Whether an answer is none that its question allows."""
        return any(isinstance(value, FieldError) for value in self._read.values())

    @property
    def narrows(self) -> bool:
        """Whether people lose rights, which is to be confirmed."""
        return any(effect.narrows for effect in self.effects)

    @property
    def confirmation(self) -> str:
        """How the page's form names the box that confirms it."""
        return f"{self.part}:narrows"

    @property
    def is_confirmed(self) -> bool:
        """Whether nobody loses a right, or it was confirmed."""
        return not self.narrows or self.posted.get(self.confirmation) == "yes"

    @cached_property
    def asked(self) -> list[Asked]:
        """Every effect, its control as it was left."""
        return [Asked(each, self._control(each)) for each in self.effects]

    @property
    def _questions(self) -> list[Question]:
        return [effect.question for effect in self.effects if effect.question is not None]

    @cached_property
    def _read(self) -> dict[str, JsonValue | FieldError]:
        """Of each answered question, by name, the value or what speaks against it."""
        found: dict[str, JsonValue | FieldError] = {}
        for question in self._questions:
            if as_one(self._raw(question)).strip():
                try:
                    found[question.name] = self._value(question, self._raw(question))
                except FieldError as error:
                    found[question.name] = error
        return found

    def _name(self, question: Question) -> str:
        return f"{self.part}:{question.name}"

    def _raw(self, question: Question) -> Raw:
        texts = self.posted.getlist(self._name(question)) or [""]
        field = question.field
        return texts[-1] if field is None or question.kind == "map" else entry.raw_of(field, texts)

    def _value(self, question: Question, raw: Raw) -> JsonValue:
        field, listed = question.field, self._listed(question)
        if listed and as_one(raw) not in {choice.key for choice in listed}:
            raise FieldError("enum")
        if field is None or question.kind == "map":
            return as_one(raw)
        value = converting.judged(field.type.parse(raw, field, self._reader), field)
        if field.type.name in POINTERS and not pointers.may_point(
            self.studio.user, self.studio.app, field, value
        ):
            raise FieldError("enum")
        return value

    @property
    def _reader(self) -> Reader:
        return self.studio.reader

    def _listed(self, question: Question) -> list[Choice]:
        """The answers of a question whose answers are listed."""
        field = question.field
        if question.kind == "backfill":
            return [Choice(backfilling.PLAN, _("Plan their reminders, too"))]
        if field is None:
            return [
                Choice(KEEP, _("Let them go out as they were planned")),
                Choice(CANCEL, _("Cancel them")),
            ]
        if field.type.value_type is ValueType.BOOL:
            return [Choice(*self._said(field, value)) for value in (True, False)]
        if question.kind == "fill" and field.type.value_type in LISTED:
            return []  # their own controls answer with several values
        return [Choice(*each) for each in field.type.choices(field, self._reader)]

    def _said(self, field: Field, value: JsonValue) -> tuple[str, str]:
        raw = field.type.to_raw(value, field, self._reader)
        return str(raw), field.type.display(value, field, self._reader, NOBODY)

    def _control(self, effect: Effect) -> Shown | None:
        question = effect.question
        if question is None:
            return None
        field, listed, error = question.field, self._listed(question), self._read.get(question.name)
        title, unanswered, more = self._words(question)
        spot = Spot(
            self._name(question),
            title,
            nothing=unanswered,
            help=" ".join(filter(None, (effect.then, more))),
            error=self._told(field, error) if isinstance(error, FieldError) else "",
        )
        if listed or field is None:
            return controls.listed(as_one(self._raw(question)), listed, spot)
        return replace(controls.control(self.studio, field, self._raw(question), spot), by_button=True)

    def _told(self, field: Field | None, error: FieldError) -> str:
        if field is None:
            return str(_("Choose one of the offered answers."))
        return entry.problem_of(field, error, self._reader).message

    def _words(self, question: Question) -> tuple[str, str, str]:
        """The label of a question, what leaving it unanswered is called, and what else must be known."""
        if question.kind == "timers":
            more = _(
                "Those that go out as planned keep moment and text of the version before, until their record "
                "changes. Those that are cancelled stay so, unless their date changes."
            )
            return str(_("Waiting reminders")), str(_("Plan them anew")), str(more)
        if question.kind == "backfill":
            return str(_("Their reminders")), str(_("Leave these records alone")), ""
        if question.kind == "map":
            return str(_("Change these records to")), str(_("Keep the old choice")), ""
        return str(_("Fill these records with")), str(_("Leave them empty")), ""
