"""The encoder of pitches: single pitches make a plate appearance, without the names of who threw them.

Read `outings` first (the rows), then `pitch_encoder`, `pretraining` (what is hidden), `encoder` (one training from
tables to a finished checkpoint) and `embeddings` (what is stored).
"""
