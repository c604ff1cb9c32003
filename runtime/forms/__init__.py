"""The pages on which people fill and read records.

entry reads what was posted, state says what a page shows, routes answers. Imports records, definitions,
fields and access; the web shell and the templates draw what state says. All SQL stays in runtime.records,
but for the names of members and departments in names.
"""
