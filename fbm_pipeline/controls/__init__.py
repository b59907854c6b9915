"""The controls: what ridge and trees on ordinary aggregates add to Marcel.

Read `control_rates` first, then `frame` (the rows), `fits` (ridge and trees), and the blocks as columns interest you.
"""
