"""`python -m audit.cli`: the command for launchers that start a module in several processes."""

from audit.cli import main

main()
