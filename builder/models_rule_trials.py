"""What rules said of the record that somebody tried them with last."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from runtime.db import Base, Moment
from runtime.times import now


class RuleTrial(Base):
    """The last try of one rule of a form: `rule` by the key that commands know, `record_id` 0 for an empty record.
    `rows` are the numbers of the rows to which a rule of rows applied. `digest` is of the rule as it was.
    """

    __tablename__ = "rule_trials"

    id: Mapped[int] = mapped_column(primary_key=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("definitions.id"), index=True)
    rule: Mapped[str] = mapped_column(String(90))
    record_id: Mapped[int]
    applies: Mapped[bool]
    rows: Mapped[str] = mapped_column(String(200), default="")
    digest: Mapped[str] = mapped_column(String(32))
    by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(Moment, default=now)
