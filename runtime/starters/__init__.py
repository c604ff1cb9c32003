"""App packages that ship with the product: data, no code."""

from importlib import resources


def read(name: str) -> str:
    """The text of a shipped package; FileNotFoundError for an unknown name."""
    return resources.files(__package__).joinpath(f"{name}.json").read_text("utf-8")


def names() -> list[str]:
    """The names of the shipped packages, the first app first."""
    files = (path.name for path in resources.files(__package__).iterdir())
    return sorted((name.removesuffix(".json") for name in files if name.endswith(".json")), key=_order)


def _order(name: str) -> tuple[bool, str]:
    return (name != "followup", name)
