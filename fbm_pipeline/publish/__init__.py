"""What people open. Read `projections` first (the table), then `page` (one HTML file) and `exports`.

Sections of the page: leaders, adjustments, backtest_section, player_cards. How numbers are printed: formats.
"""
