"""The versions of a message."""

from builder.screens._versions import Versions

plugin = Versions("message")
