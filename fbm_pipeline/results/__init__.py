"""What docs/results holds, and the run's own results beside its store.

Read `pages` first: it writes both. `measured` is what a page may read, `main_page` and `main_tables` make it text, and
`sentences` holds what a person wrote about it. `level1` writes the page of Level 1, `newcomers` that of newcomers.
"""
