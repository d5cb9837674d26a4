"""The benchmark of TLS runs, and prints what it says it prints. How fast anything is, no test asks."""

from __future__ import annotations

import pytest

from tests.benchmarks import tls


def test_benchmark_prints_a_row_for_each_number_of_connections(capsys: pytest.CaptureFixture[str]) -> None:
    assert tls.main(["--seconds", "0.1"]) == 0

    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split() == ["connections", "http", "/s", "https", "/s", "ratio"]
    assert [row.split()[0] for row in rows] == [str(number) for number in tls.CONNECTIONS]
    assert all(float(figure) > 0 for row in rows for figure in row.split())
