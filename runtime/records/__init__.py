"""Records: the SQL tables of forms, the one write path, queries, history. May import L0-L3."""
