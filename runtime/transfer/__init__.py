"""Records as files: what somebody sees of a list, written by a job that may be killed at any moment."""
