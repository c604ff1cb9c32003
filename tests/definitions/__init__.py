"""Definitions: schemas, versions, parsed documents, export."""
