"""How good the ranking is: our search beside plain `ts_rank` and SQLite's FTS5."""
