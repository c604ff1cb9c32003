"""The builder's pages and its part of the API, one blueprint a file."""

from flask import Blueprint

from runtime.registry import Registry

BLUEPRINTS: Registry[Blueprint] = Registry(__name__)
