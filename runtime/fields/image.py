"""The image field type."""

from runtime.fields._base import N_
from runtime.fields._files import MAX_SIZE, FilesField
from runtime.fields._options import own_options


class ImageField(FilesField):
    """Photos and pictures: JPEG, PNG, GIF, WebP, BMP; up to ten unless `maxItems` says otherwise.

    Each is made anew when it comes: turned as the camera was held, at most 4,096 pixels long, without the place and
    the camera that photos carry in them, and so fit to be shown in a page. What came is not kept.
    """

    name = "image"
    label = N_("Picture")
    icon = "photo"
    group = "people"
    template = "fields/picture.html"
    is_picture = True
    options = own_options(max_size=MAX_SIZE)
    examples = ((["", "a" * 32], ["a" * 32]), (["b" * 32, "a" * 32], ["b" * 32, "a" * 32]))
    counterexamples = ("photo.jpg", [f"{number:032x}" for number in range(11)], "0" * 31)


plugin = ImageField()
