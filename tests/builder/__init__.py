"""The admin's side: drafts, checks, publishing, packages."""
