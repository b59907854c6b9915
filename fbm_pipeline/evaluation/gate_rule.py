"""The gate's rule in numbers and words, apart from what applies it (gate): `fbm --help` reads it and nothing heavy."""

TOLERANCE = 0.01  # of a season's RMSE
BAD_SEASONS = 2
RULE = (
    f"NEW fails when its RMSE (season means removed) is more than the tolerance above BASE's in any statistic on "
    f"{BAD_SEASONS} or more seasons, in the universe `full` or `top_300` (the 300 players of a season and player type "
    "with most playing time projected by Marcel), on players whom both project"
)
