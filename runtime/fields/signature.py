"""The signature field type."""

from runtime.fields._base import N_, Field, FieldError, JsonValue, Names, Reader, cleaned_text
from runtime.fields._files import FilesField

LONGEST = 60
SCRIPTS = "upload.js sign.js"  # which gets the pad itself when one comes into sight


class SignatureField(FilesField):
    """A signature: drawn with a finger, a pen or the mouse, or the name typed instead; without JavaScript also a
    picture of one. Kept as a picture; a new one takes the place of the one before.
    """

    name = "signature"
    label = N_("Signature")
    icon = "signature"
    group = "people"
    template = "fields/signature.html"
    script = SCRIPTS
    keywords = ()
    most = 1
    is_picture = True
    examples = ((["", "c" * 32], ["c" * 32]), ("d" * 32, ["d" * 32]))
    counterexamples = ("Alice", ["c" * 32, "d" * 32], "x" * 32)

    def show(self, value: JsonValue, field: Field, reader: Reader, names: Names) -> str:
        shown = super().show(value, field, reader, names)
        return shown.rpartition(".")[0] or shown


def typed_name(raw: str) -> str:
    """The name that somebody signs with; FieldError for one that cannot be."""
    name = " ".join(cleaned_text(raw).split())
    if len(name) > LONGEST:
        raise FieldError("signature", limit=LONGEST)
    return name


plugin = SignatureField()
