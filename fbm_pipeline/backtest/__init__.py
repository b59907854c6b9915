"""What every system projected before a season beside what happened, with intervals.

Read `backtest` first (the rows), then `projected` and `actuals` (its two sides) and `universes` (who is scored).
Intervals: luck, predictive, intervals, error_spread. Measures: metrics.
"""
