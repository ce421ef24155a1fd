"""Settings: what is written in the environment, and what cannot be used."""

import pytest

from service.errors import Misconfigured
from service.settings import as_environment, read_settings


@pytest.mark.parametrize(("text", "processes"), [("", None), ("auto", None), ("1", 1), ("64", 64)])
def test_processes(text: str, processes: int | None) -> None:
    settings = read_settings({"CUTTINGS_PROCESSES": text})
    assert settings.processes == processes
    assert read_settings(as_environment(settings)) == settings


@pytest.mark.parametrize("text", ["0", "65", "-1", "two", "1.5", "²"])
def test_processes_that_cannot_be(text: str) -> None:
    with pytest.raises(Misconfigured, match=r"CUTTINGS_PROCESSES: .* from 1 to 64"):
        read_settings({"CUTTINGS_PROCESSES": text})
