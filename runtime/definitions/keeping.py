"""What is found out about forms, kept for as long as they are in force."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from runtime.definitions.documents import Form

P = ParamSpec("P")
T = TypeVar("T")


def kept(most: int) -> Callable[[Callable[Concatenate[Form, P], T]], Callable[Concatenate[Form, P], T]]:
    """Remembers what was found out about forms; not about a draft (version 0), which is a new one whenever somebody
    looks at it.
    """

    def remembering(find: Callable[Concatenate[Form, P], T]) -> Callable[Concatenate[Form, P], T]:
        known: Any = lru_cache(most)(find)

        @wraps(find)
        def found(form: Form, /, *rest: P.args, **named: P.kwargs) -> T:
            kept: T = known(form, *rest, **named) if form.version_id else find(form, *rest, **named)
            return kept

        return found

    return remembering
