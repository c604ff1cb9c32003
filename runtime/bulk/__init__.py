"""Changing and deleting many records at once: asked on a page, done by a job through the one write path, taken back.

May import everything below the pages of records; nothing imports it but the application.
"""
