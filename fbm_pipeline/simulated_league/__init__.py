"""A league of players whose true talent is known, in files of the publishers' formats.

Read `league` first (what is written), then `talent` and `players`, `seasons` and `games` (what happens), `records`
(what is drawn of it). Files: every module whose name ends in `_files`.
"""
