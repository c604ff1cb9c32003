"""Making one record of several that stand for the same thing.

May import everything below the pages of records; nothing imports it but the application and the API.
"""
