"""Commands for whoever runs the machine: ``flask qr …``.  Each of them is logged."""

from qr.cli import checking, codes, sheets, tables
from qr.cli.group import commands

__all__ = ["checking", "codes", "commands", "sheets", "tables"]
