"""The only room that knows Dagster. Read `code_location` first: it puts together all that is defined elsewhere.

Assets: a module per group, most of them by `declared_assets` and `trainings`. Runs of a terminal: materialize, driver,
progress. What all share: partitions, automation, workplace, recording.
"""
