"""Tests of triggers, actions, runs and timers."""
