"""Text to formula: syntax and the limits on size."""

import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from runtime.formulas.errors import FormulaError
from runtime.formulas.nodes import Call, Chain, Compare, Link, Literal, Name, Negate, Node, Path, walk
from runtime.formulas.values import LIMIT
from runtime.text import normalised

MAX_CHARACTERS = 2_000
MAX_NODES = 500
MAX_DEPTH = 50
MAX_DIGITS = 28

_SAME = {"==": "=", "!=": "<>"}


@dataclass(frozen=True)
class Formula:
    """A formula whose syntax is right. `names` are the values it reads from outside."""

    text: str
    names: frozenset[Path]
    root: Node


@v_args(inline=True)
class _Builder(Transformer[Token, Node]):
    """Builds nodes while the parser reads, so that no tree is walked recursively."""

    def number(self, token: Token) -> Node:
        if len(token) > MAX_DIGITS or Decimal(token) >= LIMIT:
            raise FormulaError("number_too_long", number=token[:40], position=token.start_pos)
        return Literal(Decimal(token), _at(token))

    def text(self, token: Token) -> Node:
        quote = token[0]
        inner = token[1:-1].replace(quote * 2, quote)
        return Literal(normalised(inner, "NFC"), _at(token))

    def truth(self, token: Token) -> Node:
        return Literal(token.lower() == "true", _at(token))

    def name(self, token: Token) -> Node:
        return Name(tuple(token.split(".")), _at(token))

    def call(self, token: Token, *arguments: Node | None) -> Node:
        return Call(token.upper(), tuple(a for a in arguments if a is not None), _at(token))

    def sign(self, sign: Token, operand: Node) -> Node:
        if sign == "+":
            raise FormulaError("unexpected", found="+", position=sign.start_pos)
        return Negate(operand, _at(sign))

    def chain(self, first: Node, *rest: Token | Node) -> Node:
        pairs = zip(rest[::2], rest[1::2], strict=True)
        links = tuple(Link(str(token), operand, _at(token)) for token, operand in pairs)  # type: ignore[arg-type]
        return Chain(first, links, links[0].at)

    def compare(self, left: Node, token: Token, right: Node) -> Node:
        return Compare(_SAME.get(token, str(token)), left, right, _at(token))


def _at(token: Token) -> int:
    return token.start_pos or 0


_grammar = Lark.open("grammar.lark", rel_to=__file__, parser="lalr", transformer=_Builder())


@lru_cache(maxsize=4096)
def parse(text: str) -> Formula:
    """The formula of a text; FormulaError with the position when it cannot be one."""
    if len(text) > MAX_CHARACTERS:
        raise FormulaError("too_long", limit=MAX_CHARACTERS)
    if not text.strip():
        raise FormulaError("empty")
    _refuse_unfit(text)
    root = _tree(text)
    _refuse_large(root)
    names = frozenset(node.path for node, _ in walk(root) if isinstance(node, Name))
    return Formula(text, names, root)


def _refuse_unfit(text: str) -> None:
    for position, char in enumerate(text):
        if unicodedata.category(char) in ("Cc", "Cs") and char not in "\t\r\n":
            raise FormulaError("bad_character", found=f"U+{ord(char):04X}", position=position)


def _tree(text: str) -> Node:
    try:
        return _grammar.parse(text)  # type: ignore[return-value]
    except UnexpectedCharacters as error:
        code = "open_text" if error.char in "\"'" else "bad_character"
        raise FormulaError(code, found=error.char, position=error.pos_in_stream) from None
    except UnexpectedToken as error:
        if error.token.type == "$END":
            raise FormulaError("unfinished", position=len(text)) from None
        found = str(error.token)[:40]
        raise FormulaError("unexpected", found=found, position=error.token.start_pos) from None
    except UnexpectedInput as error:
        raise FormulaError("unfinished", position=error.pos_in_stream) from None


def _refuse_large(root: Node) -> None:
    for count, (node, depth) in enumerate(walk(root), start=1):
        if count > MAX_NODES:
            raise FormulaError("too_many_parts", limit=MAX_NODES)
        if depth > MAX_DEPTH:
            raise FormulaError("too_deep", limit=MAX_DEPTH, position=node.at)
