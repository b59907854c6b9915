"""Tables, and why one is made again or not. Read `declarations` first, then `windows` (what may be read) and `making`.

Delta tables and DuckDB over them: tables, held_tables, engine; under them files, delta_log, memory; faults: health.
Keys: contents, code, syntax. What a builder sees: inputs. What a check found: judged.
"""
