"""What the program brings along is read the same with and without libyaml."""

import pytest
import yaml

from kernel import shipped

TEXT = "categories:\n  - {code: '0301', name: 路灯, urgent: no, days: 3}\nfrom: 2026-01-01\n"


@pytest.mark.parametrize("loader", [yaml.SafeLoader, shipped.LOADER])
def test_either_loader_reads_the_same(
    monkeypatch: pytest.MonkeyPatch, loader: type[yaml.SafeLoader]
) -> None:
    monkeypatch.setattr(shipped, "LOADER", loader)

    assert shipped.read_shipped(TEXT) == yaml.safe_load(TEXT)


def test_no_object_is_made_of_what_is_read() -> None:
    with pytest.raises(yaml.constructor.ConstructorError):
        shipped.read_shipped("!!python/object/apply:os.getcwd []")
