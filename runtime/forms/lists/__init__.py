"""The list of a form: what an address asks for, its columns and rows, its filter, and what a person keeps.

Everything that can be chosen stands in the address, so a link shows what its sender saw. May be imported by routes.
"""

from runtime.records import search_texts as _search_texts  # noqa: F401  (registers what makes them)
from runtime.records import spelling_keys as _spelling_keys  # noqa: F401  (registers what gives them)
from runtime.records import view_indexes as _view_indexes  # noqa: F401  (registers what builds them)
