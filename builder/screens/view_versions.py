"""The versions of a view."""

from builder.screens._versions import Versions

plugin = Versions("view")
