"""Studies: many runs, one table, one figure. One question a file."""
