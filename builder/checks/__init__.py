"""Publish checks, one file each: what a document's schema cannot say. Pure: a document and its context in,
problems out.

A plug-in has `name`, `kinds` (of documents it is about) and `check(document, context) -> list[Problem]`.
Documents have passed their schemas, so a check may rely on their shape.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from builder.checks._context import Context
from builder.checks._places import Path
from runtime.definitions.documents import Document
from runtime.errors import Problem
from runtime.registry import Registry

Name = tuple[str, str]  # kind and key


class Check(Protocol):
    """One publish check. It is asked about documents of its `kinds` only."""

    name: str
    kinds: Sequence[str]

    def check(self, document: Document, context: Context) -> list[Problem]:
        """What is wrong: a path in the document and a sentence each."""
        ...


CHECKS: Registry[Check] = Registry(__name__)


def run(kind: str, document: Document, context: Context) -> list[Problem]:
    """The problems that every check of this kind finds, each once."""
    found = [
        problem
        for check in CHECKS.values()
        if kind in check.kinds
        for problem in check.check(document, context)
    ]
    return list({(problem.path, problem.message): problem for problem in found}.values())


def broken(before: Context, after: Context, names: Iterable[Name]) -> Iterator[tuple[Name, Problem]]:
    """The problems that documents of these names, which stay as they are, have after a change and had not
    before it: a field that an automation uses is gone.
    """
    for kind, key in names:
        document = after.documents[kind, key]
        found = run(kind, document, after)
        known = {(each.path, each.message) for each in run(kind, document, before)} if found else set()
        yield from (((kind, key), each) for each in found if (each.path, each.message) not in known)


__all__ = ["CHECKS", "Check", "Context", "Path", "broken", "run"]
