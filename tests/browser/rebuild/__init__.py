"""Hands for the designer: each gesture is clicks and keys, and waits until it is stored and drawn."""
