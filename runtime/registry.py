"""Finds plug-ins: every module of a package holds one object named `plugin`, known by its `name`."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from typing import Any, Protocol, TypeVar


class Named(Protocol):
    """What a registry needs of a plug-in: its name in documents, unique in the package."""

    @property
    def name(self) -> str: ...


T = TypeVar("T", bound=Named)


_all: list["Registry[Any]"] = []


def load_all() -> None:
    """Find the plug-ins of every registry now, before processes are copied and requests come."""
    for registry in _all:
        len(registry)


class Registry(Mapping[str, T]):
    """The plug-ins of one package by name; an unknown name is a KeyError, never a default."""

    def __init__(self, package: str) -> None:
        self._package = package
        self._plugins: dict[str, T] | None = None
        _all.append(self)

    def _found(self) -> dict[str, T]:
        if self._plugins is None:
            self._plugins = self._find()  # at once: other threads must not see a part of them
        return self._plugins

    def _find(self) -> dict[str, T]:
        found: dict[str, T] = {}
        folder = importlib.import_module(self._package)
        for info in sorted(pkgutil.iter_modules(folder.__path__), key=lambda i: i.name):
            if info.name.startswith("_"):
                continue
            plugin = getattr(importlib.import_module(f"{self._package}.{info.name}"), "plugin", None)
            if plugin is not None and plugin.name in found:
                raise ValueError(f"{self._package}: {plugin.name} is registered twice")
            if plugin is not None:
                found[plugin.name] = plugin
        return found

    def __getitem__(self, name: str) -> T:
        return self._found()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found())

    def __len__(self) -> int:
        return len(self._found())
