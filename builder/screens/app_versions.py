"""The versions of an app."""

from builder.screens._versions import Versions

plugin = Versions("app")
