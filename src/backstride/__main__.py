"""``python -m backstride``."""

from backstride.cli import main

if __name__ == "__main__":
    # Processes that read files start by importing this module.
    main()
