"""Typed facts: what readers see, as frozen values."""
