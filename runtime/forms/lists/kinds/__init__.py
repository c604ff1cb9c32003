"""The kinds of views, one a file: how the records of a list are drawn. All read through the list's one query.

May be imported by the pages of lists; imports the records and what the cells of a list look like.
"""

from runtime.forms.lists.kinds._base import Kind, Shown
from runtime.registry import Registry

LIST = "list"
KINDS: Registry[Kind] = Registry("runtime.forms.lists.kinds")

__all__ = ["KINDS", "LIST", "Kind", "Shown"]
