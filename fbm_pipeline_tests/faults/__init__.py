"""Faults tried on purpose: what is damaged is named, never read, and made again."""
