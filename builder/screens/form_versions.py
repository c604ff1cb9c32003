"""The versions of a form."""

from builder.screens._versions import Versions

plugin = Versions("form")
