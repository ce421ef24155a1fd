"""What a server does though nobody asks: a trouble that stays fills no log."""

import logging

import pytest

from service.errors import Busy
from service.web.rounds import Rounds


def test_a_trouble_is_told_when_it_comes_and_when_it_comes_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rounds, full = Rounds(), True

    def write() -> None:
        if full:
            raise Busy("the disk is full")

    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            rounds.attempt("the use of keys cannot be noted", write)
        full = False
        rounds.attempt("the use of keys cannot be noted", write)
        full = True
        rounds.attempt("the use of keys cannot be noted", write)
    assert caplog.messages == ["the use of keys cannot be noted: the disk is full"] * 2


def test_a_fault_of_ours_stops_no_round(caplog: pytest.LogCaptureFixture) -> None:
    rounds = Rounds()
    rounds.attempt("the index lags behind", [].pop)
    rounds.attempt("the index lags behind", lambda: int("x"))
    assert len(caplog.records) == 2
    assert all(record.exc_info for record in caplog.records)
