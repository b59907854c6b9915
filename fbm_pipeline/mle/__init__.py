"""What the minors are worth. Read `translation` first (one level, one component), then `translations` and `rates`.

Debutants without any line: debutants, debut_means.
"""
