"""The encoder of pitches: what single pitches say of a plate appearance, without saying who threw them.

Read `outings` first (the rows), then `pitch_encoder`, `pretraining` (what is hidden), `encoder` (one training from
tables to a finished checkpoint) and `embeddings` (what is stored).
"""
