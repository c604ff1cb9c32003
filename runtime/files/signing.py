"""A typed name as a picture: text in an SVG, so that every script is drawn by the fonts of whoever looks at it."""

from xml.sax.saxutils import escape

_SIZE = 'width="480" height="120" viewBox="0 0 480 120"'
_FONT = 'font-family="Segoe Script, Bradley Hand, KaiTi, STKaiti, cursive, serif" font-style="italic"'
_WIDEST = 40  # pixels of a letter in a short name


def drawn(name: str) -> bytes:
    """The picture of a name."""
    size = min(_WIDEST, 800 // max(1, len(name) + sum(ord(char) > 0x2E7F for char in name)))
    text = f'<text x="24" y="72" font-size="{size}" {_FONT} fill="#111">{escape(name)}</text>'
    line = '<path d="M16 92h448" stroke="#888"/>'
    paper = '<rect width="480" height="120" fill="#fff"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {_SIZE}>{paper}{line}{text}</svg>\n'.encode()
