"""The admin's side: drafts, checks, publishing, packages. Imports runtime; only app.py imports it."""
