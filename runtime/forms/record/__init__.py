"""What the page of a record shows beside its answers: the records that refer to it, its story, its versions.

May import: everything of runtime.forms and below.
"""
