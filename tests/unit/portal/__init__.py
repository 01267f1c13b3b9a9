"""Behaviour of our own portal, seen through real HTTP clients."""
