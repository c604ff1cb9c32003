"""Formulas: typed expressions that yield a value, `IF(qty >= 10, total * 0.9, total)`.

`parse` reads the text, `check` finds its type and refuses what cannot work, `evaluate` works it out over
canonical values. No I/O: the moment and the zone are passed in. Imports runtime.fields, documents, times.

Blank (no value) in a formula:

- `+ - * /`, the sign and `< <= > >=` give blank as soon as one side is blank;
- `=` and `<>` always answer: two blanks are equal, a blank differs from every value, `""` is blank;
- `&` takes blank for no text, SUM for 0;
- IF, AND, OR and NOT take a blank test for not true;
- ISBLANK asks.

A check of a form is broken when its formula is false; a blank one has nothing to judge.
"""

from runtime.formulas.check import check
from runtime.formulas.errors import FormulaError, sentence
from runtime.formulas.evaluate import evaluate
from runtime.formulas.functions import FUNCTIONS
from runtime.formulas.parse import Formula, parse
from runtime.formulas.values import Value

__all__ = ["FUNCTIONS", "Formula", "FormulaError", "Value", "check", "evaluate", "parse", "sentence"]
