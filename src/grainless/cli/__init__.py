"""The command line: commands read arguments, call one verb, print."""
