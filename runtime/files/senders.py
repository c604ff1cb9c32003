"""Who sent a file that no record holds yet: a member, or a guest by his visit to a public form."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, false

from runtime.accounts.models import User
from runtime.files.models import StoredFile


@dataclass(frozen=True)
class Sender:
    """A member by his id, or a guest by the id of his visit; nothing is of somebody who has neither."""

    user_id: int | None
    visit: str = ""

    @property
    def is_guest(self) -> bool:
        """Whether we do not know him."""
        return self.user_id is None

    def sent(self) -> ColumnElement[bool]:
        """That a file is his."""
        if self.user_id is not None:
            return StoredFile.made_by == self.user_id
        return StoredFile.visit == self.visit if self.visit else false()

    def has_sent(self, file: StoredFile) -> bool:
        """Whether this file is his."""
        if self.user_id is not None:
            return file.made_by == self.user_id
        return bool(self.visit) and file.visit == self.visit


def sender(user: User) -> Sender:
    """As whom this person sends files."""
    return Sender(None, user.visit) if any(user.guest_of) else Sender(user.id)
