"""Scores, differences and verdicts. Read `comparisons` first (who is compared), then `scoring` and `pairs`.

Their parts: sheets, bootstrap, families. `gate` judges a changed system, `learned_gains` a learned block.
"""
