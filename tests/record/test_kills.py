from __future__ import annotations

import re

import pytest

from tests.record.all_kills import main


def test_killed_recordings_lose_and_leak_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--rounds", "3"]) == 0

    said = capsys.readouterr().out
    assert re.sub(r"\d+", "#", said) == (
        "# recordings of # writers killed, # in the middle of an item: # interactions acknowledged, # recovered, "
        "# acknowledged ones lost; # planted values seen in # looks at the disk\n"
    )
    assert "0 acknowledged ones lost; 0 planted values seen" in said
