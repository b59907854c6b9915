"""Source files become raw tables (raw), raw tables core tables (core, and months for tables of games).

Read `recipes` first: which statements make which table, of what. `season_games` decides who a season comes from;
`base_running` and `game_states` do what SQL cannot; `checks` compares with the official record. The tables are
declared in the modules named `*_tables`: raw ones by publisher, core ones made by the season (`core_tables`) and by
the month (`game_tables`). `tables` collects them.
"""
