"""Modules that are loaded when first used: what few requests need should not delay each start.

Whoever wants one keeps the import itself under TYPE_CHECKING, for mypy and the import contracts::

    if TYPE_CHECKING:
        import httpx
    else:
        httpx = late("httpx")
"""

from importlib import import_module
from types import ModuleType


class _Late(ModuleType):
    def __getattr__(self, name: str) -> object:
        # An import lets threads wait for each other; importlib.util.LazyLoader does not.
        return getattr(import_module(self.__name__), name)


def late(name: str) -> ModuleType:
    """Return a stand-in for the module *name*, which is imported when one of its names is used."""
    return _Late(name)
