"""Each looks at the pixels for one thing: how strong the noise is, where, of which kind, and what else is wrong."""
