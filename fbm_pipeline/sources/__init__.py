"""Public files and how they become typed rows. Read `files` first (where they lie), then `reading` and `layout`.

Readers: retrosheet, statcast, public_tables, minor_leagues, club_rosters. Downloaders: savant, minor_league_fetch,
club_roster_fetch, all over `download`.
"""
