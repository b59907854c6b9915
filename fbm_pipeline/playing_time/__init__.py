"""How much players will play. Read `model` first, then `inputs` (the columns) and `fits` (what learns).

`newcomer_playing_time` is the same for players whom only the minors know.
"""
