"""What every training needs, whatever it trains. Read first: trainer."""
