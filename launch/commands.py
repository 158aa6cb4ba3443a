"""`python -m launch.commands ONE … -- NEXT …`: some of the application's commands, one by one.

In one program: to import the application takes longer than most of them.
"""

import sys
from collections.abc import Sequence
from itertools import groupby
from typing import Final

import click
from flask.cli import FlaskGroup

from wsgi import app

END: Final = "--"  # of one command


def main(words: Sequence[str]) -> int:
    """Run each as `flask` would, until one fails; return its exit code."""
    group = FlaskGroup(create_app=lambda: app)
    for is_end, command in groupby(words, END.__eq__):
        if not is_end:
            try:
                group.main(args=list(command), prog_name="flask", standalone_mode=False)
            except click.ClickException as error:
                error.show()
                return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
