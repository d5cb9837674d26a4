"""Which cassette is a test's."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.replay import CassetteMissing, cassette_file, cassette_name, found

TEST = "tests/test_invite.py::test_agent[one]"


@pytest.mark.parametrize(
    ("module", "test", "params", "name"),
    [
        ("test_invite", "test_agent_is_invited", "one", "test_invite/test_agent_is_invited[one]"),
        ("test_invite", "test_agent_is_invited", None, "test_invite/test_agent_is_invited"),
        ("tests.calls.test_invite", "TestInvite.test_agent", "1-Ä b", "test_invite/TestInvite.test_agent[1-Ä b]"),
        ("test_invite", "test_agent", "a/b", "test_invite/test_agent[a-b]~eb6bdb4d"),
        ("test_invite", "test_agent", "a:b", "test_invite/test_agent[a-b]~93b91110"),
        ("test_invite", "..", None, "test_invite/-~5ec1f7e7"),
    ],
)
def test_name_is_that_of_module_test_and_parameters(module: str, test: str, params: str | None, name: str) -> None:
    assert cassette_name(module, test, params) == name


@pytest.mark.parametrize("letter", ["x", "ö", "招", "a\u0308"])
def test_long_names_are_cut_and_stay_different(letter: str) -> None:
    """What counts is bytes: of some alphabets a file has room for eighty letters."""
    one, other = (cassette_name("test_invite", "test_agent", f"{letter * 110}{n}") for n in range(2))

    assert one != other
    assert len(one.encode()) < 150


@pytest.mark.parametrize("name", ["test_invite/test_agent", "test_invite/test_agent.yaml"])
def test_file_is_in_the_folder(name: str) -> None:
    assert cassette_file(Path("cassettes"), name) == Path("cassettes/test_invite/test_agent.yaml")


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../other"])
def test_name_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(UsageError) as error:
        cassette_file(Path("cassettes"), name)

    assert str(error.value) == (
        f"cassette {name!r} is not within the folder of cassettes: name it as `test_module/test_name`"
    )


def test_cassette_that_is_there_is_found(tmp_path: Path) -> None:
    (path := tmp_path / "one.yaml").touch()

    assert found(path, TEST) == path


@pytest.mark.parametrize(
    ("files", "beside"),
    [
        (None, "there is no such folder"),
        ([], "no cassettes"),
        (["a.yaml", "a.scenario.yaml", "b.yaml"], "a.yaml, b.yaml"),
        ([f"{name}.yaml" for name in "abcdefg"], "a.yaml, b.yaml, c.yaml, d.yaml, e.yaml, … (7)"),
    ],
)
def test_missing_cassette_says_how_to_record_it(tmp_path: Path, files: list[str] | None, beside: str) -> None:
    folder = tmp_path / "test_invite"
    if files is not None:
        folder.mkdir()
        for name in files:
            (folder / name).touch()

    with pytest.raises(CassetteMissing) as error:
        found(folder / "test_agent[one].yaml", TEST)

    assert str(error.value) == (
        f"{folder}/test_agent[one].yaml: is missing: {TEST} was to be answered from it.\n"
        f"  looked in {folder}: {beside}\n"
        f"  to do     record it with `pytest --graph-target=record '{TEST}'`, which takes "
        "AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET, GRAPH_CALLBACK_URL, GRAPH_USERS\n"
        "            (docs/record.md), or write it: docs/cassettes.md has the smallest;\n"
        "            name another with `@pytest.mark.graph(cassette=…)`, or another folder with `--graph-cassette-dir`"
    )
