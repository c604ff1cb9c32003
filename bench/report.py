"""How a figure is printed: what was reached, the hand-coded app's figure, the aim, and whether it was met."""

from dataclasses import dataclass

from bench.client import Result


@dataclass(frozen=True)
class Aim:
    """What is aimed at: at least this ratio of the hand-coded rate, at most these milliseconds."""

    rate: float | None = None
    p50: float | None = None
    p95: float | None = None

    def text(self) -> str:
        """The aim in words."""
        parts = [f"ratio {self.rate:.2f}"] if self.rate else []
        parts += [f"{name} {value:.0f} ms" for name, value in (("p50", self.p50), ("p95", self.p95)) if value]
        return ", ".join(parts)

    def met(self, ours: Result, twin: Result | None) -> bool:
        """Whether the figures reach it."""
        enough = not self.rate or twin is None or ours.rate >= self.rate * twin.rate
        pairs = ((self.p50, 0.5), (self.p95, 0.95))
        return enough and all(limit is None or ours.ms(quantile) <= limit for limit, quantile in pairs)


def show(title: str, clients: int, ours: Result, twin: Result | None, aim: Aim) -> None:
    """Print one measured piece of work."""
    other = f"{_figures(twin)}  ratio {ours.rate / twin.rate:4.2f}" if twin else ""
    line(
        f"{title}, {clients} client{'s' * (clients > 1)}",
        _figures(ours),
        other,
        aim.text(),
        aim.met(ours, twin),
    )


def _figures(result: Result) -> str:
    return f"{result.rate:6.0f}/s p50 {result.ms(0.5):6.1f} p95 {result.ms(0.95):6.1f} ms"


def line(title: str, ours: str, twin: str = "", aim: str = "", met: bool = True) -> None:
    """Print one figure."""
    verdict = ("met" if met else "MISSED") if aim else ""
    print(
        f"{title:45} {ours:38} hand-coded: {twin or '-':48} aim: {aim or '-':24} {verdict}".rstrip(),
        flush=True,
    )
