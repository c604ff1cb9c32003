"""Tests of forms that are open to the public."""
