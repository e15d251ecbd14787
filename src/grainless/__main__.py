"""`python -m grainless` is the command `grainless`."""

from grainless.cli.main import main

main()
