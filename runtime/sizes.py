"""Sizes in bytes."""

MEGABYTE = 1024 * 1024
