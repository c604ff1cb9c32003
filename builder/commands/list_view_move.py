"""Moves a view of a form among its views."""

from collections.abc import Sequence

from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import KEY, STEPS
from builder.commands._views import moved
from builder.commands._workspace import Target, Workspace
from runtime.definitions.documents import Document
from runtime.fields import N_


class MoveView:
    """Moves a view `by` places to the front (-1) or the back (1). The order is the form's; from then on it names every
    view.
    """

    name = "list.view_move"
    kinds = ("form",)
    merges = False
    arguments = closed("view", "by", view=KEY, by=STEPS)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return ("form/list/views",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, key = work.open(target), arguments["view"]
        before = views_of(work, target.key, form)
        order = moved(before, key, arguments["by"], "view")
        if order != before:
            form.setdefault("fw", {}).setdefault("list", {})["views"] = order
        words = said(
            N_("%(view)s is now view %(position)s of %(count)s"),
            view=work.read(Target("view", key)).get("title", key),
            position=order.index(key) + 1,
            count=len(order),
        )
        return Done(words, words)


def views_of(work: Workspace, form: str, document: Document) -> list[str]:
    """The keys of the views of a form in their order; those that it does not name come last, as they were made."""
    known = [each.key for each in work.targets("view") if work.read(each).get("form") == form]
    named = [key for key in document.get("fw", {}).get("list", {}).get("views", ()) if key in known]
    return [*named, *(key for key in known if key not in named)]


plugin = MoveView()
