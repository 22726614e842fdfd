"""`python -m finder` and the `finder` command."""

from finder.cli.main import main

if __name__ == "__main__":
    main()
