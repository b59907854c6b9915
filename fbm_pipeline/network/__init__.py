"""Levels 2 and 3. Read first: configuration (what a network is), hierarchy (the model), fold_training (a fold).

Data: priors, targets, player_games, plate_appearances, windows, inputs, minors, batches. Model: heads, levels,
hierarchy. Run: judging, training, folds, fold_training, projection.
"""
