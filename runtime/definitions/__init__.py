"""Definitions as stored (models) and as used (frozen dataclasses). May import L0-L2."""
