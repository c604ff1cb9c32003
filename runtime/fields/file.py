"""The file field type."""

from runtime.fields._base import N_, Field
from runtime.fields._files import KINDS, MAX_SIZE, FilesField
from runtime.fields._options import option, own_options

ANY = "other"


class FileField(FilesField):
    """Files: up to ten unless `maxItems` says otherwise, each up to 20 megabytes unless `max_size` does.

    `kinds` says which are taken; without it all but `other`. What the name of a file says must be what the bytes
    are. They are kept as they came and only ever sent to be saved, never to be shown in the page.
    """

    name = "file"
    label = N_("File")
    icon = "paperclip"
    group = "people"
    options = own_options(
        kinds=option(
            N_("Kinds"),
            N_("What is taken. Without it, all of these but other kinds of files."),
            ["pdf", "image"],
            {"type": "array", "items": {"enum": [*KINDS, ANY]}, "minItems": 1, "uniqueItems": True},
        ),
        max_size=MAX_SIZE,
    )
    example_schema = {"maxItems": 2}
    example_options = {"kinds": ["pdf"]}
    examples = (
        (["", "0" * 32], ["0" * 32]),
        (["1" * 32, "0" * 32, "1" * 32], ["1" * 32, "0" * 32]),
        ("2" * 32, ["2" * 32]),
    )
    counterexamples = ("file.pdf", ["0" * 32, "1" * 32, "2" * 32], "../" * 9, "A" * 32, "0" * 33)

    def extensions(self, field: Field) -> tuple[str, ...]:
        kinds = field.options.get("kinds", list(KINDS))
        if ANY in kinds:
            return ()
        return tuple(each for kind in KINDS if kind in kinds for each in KINDS[kind])


plugin = FileField()
