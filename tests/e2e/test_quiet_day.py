"""The story's day with nobody acting: `make bench BENCH=quiet` shows the same figures."""

from tests.benchmarks.quiet import QuietDesk, busiest, identical


def test_a_day_with_nobody_acting_keeps_to_the_promises_about_messages() -> None:
    desk = QuietDesk().story()
    messages = desk.to_people()
    assert 30 <= len(messages) <= 120
    assert busiest(one for one in messages if not one.critical) <= 8
    assert identical(messages) == 0
    assert desk.dangers()
    assert desk.late_rings() == []
    desk.finish()
    summary = desk.summary()
    assert summary["breaches"] == summary["breaches_warned_before"] > 0
