"""Automations: dispatch of events, runs and their steps, timers. May import L0-L6."""
