"""`fbm`: what a person types. Read `main` first (the verbs), then `commands` (what each calls)."""
