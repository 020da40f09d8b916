"""Measures triage beside VADER on the same posts: python -m tests.evaluation."""

import argparse
import json
import random
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from rich.table import Table

from infra.labelled_posts import Labelled, SetInvalid
from mentiondesk.domain.posts.tags import Kind, Tags, Urgency
from mentiondesk.triage import triage
from mentiondesk.triage.share import adapted, bin_of, estimated_share
from tests.evaluation.labelled import OTHERS, OWN, LabelledSet, sets
from tests.evaluation.measures import auc, by_class, by_label, calibration_error, found, macro_f1
from tests.evaluation.yardstick import says_complaint, vader

_ROUNDS = 4
T = TypeVar("T")


def main(arguments: Sequence[str]) -> int:
    """Returns 0, or 2 when what is named holds no labelled posts."""
    parser = argparse.ArgumentParser(prog="make evaluate", description=__doc__)
    parser.add_argument("sets", nargs="*", type=Path, help="folders or files of JSON lines with text and complaint")
    parser.add_argument("--mistakes", type=int, default=0, metavar="N", help="show N mistakes of each set")
    parser.add_argument("--seed", type=int, default=1, help="which mistakes (default: 1)")
    parser.add_argument("--json", action="store_true", help="write figures as JSON")
    options = parser.parse_args(arguments)
    try:
        chosen = sets(options.sets or [path for path in (OTHERS, *OWN) if path.exists()])
    except (SetInvalid, OSError) as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    if not chosen:
        sys.stderr.write("there are no sets of labelled posts there\n")
        return 2
    yardstick = vader()
    results = [(one, *_measured(one, yardstick)) for one in chosen]
    if options.json:
        sys.stdout.write(json.dumps({one.name: figures for one, figures, _ in results}, indent=2) + "\n")
        return 0
    console = Console(width=None if sys.stdout.isatty() else 140, highlight=False)
    _show(console, [(one.name, figures) for one, figures, _ in results])
    for one, _, judged in results:
        # Held-out posts that were looked at cannot be measured with any more.
        if options.mistakes and not one.held:
            _show_mistakes(console, one, judged, options.mistakes, options.seed)
    return 0


def _measured(one: LabelledSet, yardstick: Callable[[str], float]) -> tuple[dict[str, Any], list[Tags]]:
    posts = [labelled.post for labelled in one.posts]
    # Each set is a stream of its own, as a brand's is: its share of complaints is estimated without its labels.
    share = estimated_share(Counter(bin_of(triage.tags(post).chance or 0.0) for post in posts))
    judged = [triage.tags(post, share) for post in posts]
    compounds = [yardstick(post.text) for post in posts]
    seconds, vader_seconds = _times(
        (lambda: _each(triage.tags, posts), lambda: _each(yardstick, [post.text for post in posts]))
    )
    seconds, vader_seconds = seconds / len(posts), vader_seconds / len(posts)
    figures: dict[str, Any] = {
        "n": len(posts),
        "share": share,
        "us_per_post": round(seconds * 1e6, 1),
        "vader_us_per_post": round(vader_seconds * 1e6, 1),
        "times_vader": round(seconds / vader_seconds, 2),
    }
    if one.posts[0].complaint is not None:
        figures |= _complaints(one, judged, compounds, share)
    if one.posts[0].kind is not None:
        figures |= _kinds(one, judged)
    if one.topics:
        figures |= _topics(one, judged)
    return figures, judged


def _each(act: Callable[[T], object], items: Sequence[T]) -> None:
    """Does the act with each item and keeps nothing."""
    deque(map(act, items), maxlen=0)


def _times(acts: Sequence[Callable[[], object]]) -> list[float]:
    """The seconds of processor time that each act takes in its quickest round; they take turns."""
    quickest = [float("inf")] * len(acts)
    for _ in range(_ROUNDS):
        for place, act in enumerate(acts):
            started = time.process_time()
            act()
            quickest[place] = min(quickest[place], time.process_time() - started)
    return quickest


def _complaints(one: LabelledSet, judged: Sequence[Tags], compounds: Sequence[float], share: float) -> dict[str, Any]:
    there = [bool(labelled.complaint) for labelled in one.posts]
    ours = found([judgement.kind is Kind.COMPLAINT for judgement in judged], there)
    theirs = found(says_complaint(compounds), there)
    scores = [adapted(tags.chance or 0.0, share) for tags in judged]
    return {
        "precision": ours.precision,
        "recall": ours.recall,
        "f1": ours.f1,
        "lost": _share_of(judged, there, wanted=True, lost=True),
        "none_unsure": _share_of(judged, there, wanted=False, lost=False),
        "auc": auc(scores, there),
        "calibration_error": calibration_error(scores, there),
        "vader_f1": theirs.f1,
        "vader_auc": auc([-compound for compound in compounds], there),
    }


def _share_of(judged: Sequence[Tags], there: Sequence[bool], *, wanted: bool, lost: bool) -> float:
    """Of the complaints, the share that ends without an answer; of the others, the share that is unsure."""
    chosen = [tags for tags, complaint in zip(judged, there, strict=True) if complaint is wanted]
    return sum(not tags.needs_reply if lost else tags.unsure for tags in chosen) / max(len(chosen), 1)


def _kinds(one: LabelledSet, judged: Sequence[Tags]) -> dict[str, Any]:
    there = [str(labelled.kind) for labelled in one.posts]
    said = [str(judgement.kind) for judgement in judged]
    right = [a == b for a, b in zip(said, there, strict=True)]
    kinds = by_class(said, there, map(str, Kind))
    urgencies = by_class(
        [str(judgement.urgency) for judgement in judged],
        [str(labelled.urgency) for labelled in one.posts],
        map(str, Urgency),
    )
    replies = [
        judgement.needs_reply == labelled.needs_reply for judgement, labelled in zip(judged, one.posts, strict=True)
    ]
    languages = [judgement.language == labelled.language for judgement, labelled in zip(judged, one.posts, strict=True)]
    confusion = Counter(zip(there, said, strict=True))
    return {
        "macro_f1_kinds": macro_f1(kinds),
        "f1_by_kind": {name: result.f1 for name, result in kinds.items() if result.there},
        "confusion": {a: {str(b): confusion[a, str(b)] for b in Kind} for a in map(str, Kind)},
        "confidence_calibration_error": calibration_error([judgement.confidence for judgement in judged], right),
        "recall_by_urgency": {name: result.recall for name, result in urgencies.items() if result.there},
        "precision_by_urgency": {name: result.precision for name, result in urgencies.items() if result.there},
        "needs_reply_right": sum(replies) / len(replies),
        "language_right": sum(languages) / len(languages),
        "right_by_hard_case": _by_hard_case(one, right),
    }


def _by_hard_case(one: LabelledSet, right: Sequence[bool]) -> dict[str, str]:
    cases: dict[str, list[bool]] = {}
    for labelled, success in zip(one.posts, right, strict=True):
        for case in labelled.hard:
            cases.setdefault(case, []).append(success)
    return {case: f"{sum(results)}/{len(results)}" for case, results in sorted(cases.items())}


def _topics(one: LabelledSet, judged: Sequence[Tags]) -> dict[str, Any]:
    there = [labelled.topics or frozenset() for labelled in one.posts]
    said = [
        [topic for topic in tags.topics if tags.kind is Kind.COMPLAINT or topic not in one.of_complaints]
        for tags in judged
    ]
    topics = by_label(said, there, sorted(one.topics))
    return {"f1_by_topic": {name: result.f1 for name, result in topics.items()}}


def _show(console: Console, results: Sequence[tuple[str, dict[str, Any]]]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    heads = ["set", "n", "share", "precision", "recall", "F1", "AUC", "ECE", "lost", "none unsure"]
    heads += ["VADER F1", "AUC", "µs", "VADER µs", "times"]
    for head in heads:
        table.add_column(head, justify="left" if head == "set" else "right")
    keys = ["n", "share", "precision", "recall", "f1", "auc", "calibration_error", "lost", "none_unsure"]
    keys += ["vader_f1", "vader_auc"]
    times = ("us_per_post", "vader_us_per_post", "times_vader")
    for name, figures in results:
        table.add_row(name, *(_figure(figures.get(key)) for key in (*keys, *times)))
    console.print(table)
    for name, figures in results:
        for key, value in figures.items():
            if key == "confusion":
                console.print(f"\n{name}: kinds as people say (rows) and as triage says (columns)")
                console.print(_confusion(value))
            elif isinstance(value, dict):
                told = ", ".join(f"{label} {_figure(one)}" for label, one in value.items())
                console.print(f"{name}: {key.replace('_', ' ')}: {told}")
            elif key in {"macro_f1_kinds", "needs_reply_right", "language_right", "confidence_calibration_error"}:
                console.print(f"{name}: {key.replace('_', ' ')}: {_figure(value)}")


def _confusion(rows: dict[str, dict[str, int]]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for kind in rows:
        table.add_column(kind, justify="right")
    for kind, row in rows.items():
        table.add_row(kind, *(str(count) if count else "·" for count in row.values()))
    return table


def _figure(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else "–" if value is None else str(value)


def _wrong(labelled: Labelled, judgement: Tags) -> str | None:
    """The label of a post that triage tagged otherwise; None where they agree."""
    if labelled.kind is not None:
        return None if judgement.kind is labelled.kind else str(labelled.kind)
    if labelled.complaint is None or labelled.complaint == (judgement.kind is Kind.COMPLAINT):
        return None
    return "complaint" if labelled.complaint else "no complaint"


def _show_mistakes(console: Console, one: LabelledSet, judged: Sequence[Tags], most: int, seed: int) -> None:
    wrong = [
        (said, labelled.post.text, judgement)
        for labelled, judgement in zip(one.posts, judged, strict=True)
        if (said := _wrong(labelled, judgement))
    ]
    console.print(f"\n{one.name}: {min(most, len(wrong))} of {len(wrong)} mistakes")
    for said, text, judgement in random.Random(seed).sample(wrong, min(most, len(wrong))):
        tags = judgement
        why = "; ".join(f"{reason.rule}: {text[reason.start : reason.end]!r}" for reason in tags.reasons)
        shown = " ".join(text.split())
        console.print(f"{said} → {tags.kind} {tags.chance:.2f}  {shown}\n    {why}", markup=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
