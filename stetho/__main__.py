"""`python -m stetho`."""

from stetho.cli import main

if __name__ == "__main__":
    main()
