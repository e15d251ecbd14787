"""The command `grainless`, also as `python -m grainless`: Ctrl-C is one line from the first moment."""


def main() -> None:
    """Load the command line, which takes a third of a second, and run it."""
    try:
        from grainless.cli.stop import sigterm_is_ctrl_c

        with sigterm_is_ctrl_c():
            from grainless.cli.main import main as command
    except KeyboardInterrupt:
        from grainless.cli.stop import end
        from grainless.errors import Stopped

        end(Stopped("Stopped."))
    command()


if __name__ == "__main__":
    main()
