"""Finds plug-ins: every module of a package holds one object named `plugin`, known by its `name`."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from typing import Protocol, TypeVar


class Named(Protocol):
    """What a registry needs of a plug-in: its name in documents, unique in the package."""

    @property
    def name(self) -> str: ...


T = TypeVar("T", bound=Named)


class Registry(Mapping[str, T]):
    """The plug-ins of one package by name; an unknown name is a KeyError, never a default."""

    def __init__(self, package: str) -> None:
        self._package = package
        self._plugins: dict[str, T] | None = None

    def _found(self) -> dict[str, T]:
        if self._plugins is None:
            self._plugins = {}
            folder = importlib.import_module(self._package)
            for info in sorted(pkgutil.iter_modules(folder.__path__), key=lambda i: i.name):
                if not info.name.startswith("_"):
                    self._add(importlib.import_module(f"{self._package}.{info.name}"))
        return self._plugins

    def _add(self, module: object) -> None:
        plugin = getattr(module, "plugin", None)
        if plugin is None:
            return
        assert self._plugins is not None
        if plugin.name in self._plugins:
            raise ValueError(f"{self._package}: {plugin.name} is registered twice")
        self._plugins[plugin.name] = plugin

    def __getitem__(self, name: str) -> T:
        return self._found()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found())

    def __len__(self) -> int:
        return len(self._found())
