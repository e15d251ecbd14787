"""Who and what comes in, how much of it, in which turn, and how a refusal is told."""
