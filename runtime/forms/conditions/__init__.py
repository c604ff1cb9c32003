"""The rows in which people edit a condition, *field · operator · value*: what they look at, hold and say.

The designer's rules and the filters of lists are edited by the same rows. Who edits is a `Looker`.
"""
