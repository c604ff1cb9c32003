"""Drafts of new records: what somebody typed and did not send yet, kept for him alone.

A draft is what the page would post, in the words in which it was typed; nothing of it is a record. It is read as a
page that is posted is read, so that rights, rules and versions mean the same to both.
"""
