"""Automations: what a saved record or a reached date starts (triggers), and what is then done (actions).

`dispatch` decides inside the saving transaction, `runs` works off, `timers` plans the moments of records.
May import notifications, records, access and everything below; never forms, processes or the builder.
"""
