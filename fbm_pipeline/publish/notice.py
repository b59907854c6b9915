"""The notice that Retrosheet asks everybody to carry who shows something made from its files."""

RETROSHEET = (
    "The information used here was obtained free of charge from and is copyrighted by Retrosheet. "
    "Interested parties may contact Retrosheet at www.retrosheet.org."
)

DATA_KINDS = {"real": "REAL DATA", "simulated": "SIMULATED LEAGUE"}

SIMULATED = (
    "These players and games come from a simulated league. They exist nowhere else, and say nothing about anybody."
)
