"""The commands, a file for each group of them; grainless.cli.main puts them together."""
