"""The versions of an automation."""

from builder.screens._versions import Versions

plugin = Versions("automation")
