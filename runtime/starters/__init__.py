"""App packages that ship with the product: data, no code."""

from importlib import resources


def read(name: str) -> str:
    """The text of a shipped package; FileNotFoundError for an unknown name."""
    return resources.files(__package__).joinpath(f"{name}.json").read_text("utf-8")
