"""`make bench` fails where a figure that was what it should be no longer is."""

from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks import __main__ as bench
from tests.benchmarks.figures import Figure, accept


@pytest.fixture
def measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs the command on given figures, against an accepted table in which calls were met and starts were not."""
    accepted = tmp_path / "accepted.json"
    accept(accepted, [Figure("calls", 9, reach=10), Figure("starts", 3, reach=2)], keep_others=False)
    monkeypatch.setattr(bench, "ACCEPTED", accepted)
    monkeypatch.setattr(bench, "_prepare", lambda: None)

    def run(*figures: Figure, arguments: tuple[str, ...] = ()) -> int:
        monkeypatch.setattr(bench, "_measure", lambda *_, **__: list(figures))
        monkeypatch.setattr("sys.argv", ["bench", "reads", "--out", str(tmp_path / "out.json"), *arguments])
        return bench.main()

    return run


def test_a_figure_that_loses_its_reach_fails_the_command(measured: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert measured(Figure("calls", 11, reach=10)) == 1
    assert "lost since the last accepted table: calls" in capsys.readouterr().out


@pytest.mark.parametrize(
    "figure",
    [
        pytest.param(Figure("calls", 10, reach=10), id="still reached"),
        pytest.param(Figure("starts", 4, reach=2), id="never reached"),
        pytest.param(Figure("other", 4, reach=2), id="new"),
        pytest.param(Figure("calls", 40), id="for information"),
    ],
)
def test_any_other_figure_does_not(measured: Any, figure: Figure) -> None:
    assert measured(figure) == 0


def test_a_loss_can_be_accepted(measured: Any) -> None:
    worse = Figure("calls", 11, reach=10)
    assert measured(worse, arguments=("--accept",)) == 0
    assert measured(worse) == 0
