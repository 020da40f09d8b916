"""Start times of the functions, their imports, and the size of the deployed code."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median

from infra.transform import REGION
from mentiondesk.runtime.config import NONE
from tests.benchmarks.figures import Figure

FUNCTIONS = (
    "fetch_mentions",
    "classify_mention",
    "notify_staff",
    "detect_incidents",
    "publish_status",
    "forget_bounced",
    "action_links",
    "status_subscriptions",
    "send_requested_mails",
    "desk_web",
    "send_sign_in_codes",
    "relay_changes",
    "send_reply",
    "send_report",
    "send_events",
    "audit_desk",
)
# tweepy alone takes half of what boto3 does.
CALL_X = ("fetch_mentions", "publish_status", "send_reply", "audit_desk")
BUILD = Path(".aws-sam/build")
_BASE = "import boto3; boto3.client('dynamodb')"
_START = (
    "import sys; sys.path.insert(0, 'functions/{0}'); import app; from mentiondesk.runtime import aws; aws.dynamodb()"
)
# By this variable a function knows that it runs in Lambda, and makes its parts ahead of its first event.
_COMPOSE = (
    "import os, sys; os.environ['AWS_LAMBDA_RUNTIME_API'] = '127.0.0.1:1'; "
    "sys.path.insert(0, 'functions/{0}'); import app"
)
_RUNS = 9
# Packages that the runtime provides beside the standard library.
_RUNTIME = {"boto3", "botocore", "s3transfer", "dateutil", "jmespath", "six", "urllib3", "awscrt", "certifi"}
_COMMON = {"aws_lambda_powertools", "msgspec", "typing_extensions", "mentiondesk", "app"}
_PYDANTIC = {"pydantic", "pydantic_core", "annotated_types", "typing_inspection"}
_X = {"tweepy", "requests", "requests_oauthlib", "oauthlib", "charset_normalizer", "certifi", "idna"}
_PAGES = {"jinja2", "markupsafe", "itsdangerous"}
# By function: the packages that its work needs.
_NEEDED = {
    "fetch_mentions": _COMMON | _PYDANTIC | _X,
    "classify_mention": _COMMON,
    "notify_staff": _COMMON | _PAGES,
    "detect_incidents": _COMMON,
    "publish_status": _COMMON | _PAGES,
    "forget_bounced": _COMMON,
    "action_links": _COMMON | _PAGES,
    "status_subscriptions": _COMMON | _PAGES,
    "send_requested_mails": _COMMON | _PAGES,
    "desk_web": _COMMON | _PAGES,
    "send_sign_in_codes": _COMMON | _PAGES,
    "relay_changes": _COMMON,
    "send_reply": _COMMON | _PYDANTIC | _X,
    "send_report": _COMMON | _PAGES,
    "send_events": _COMMON | _PAGES,
    "audit_desk": _COMMON | _PYDANTIC | _X,
}
_DEPLOYED = _COMMON | _PYDANTIC | _X | _PAGES | {"tzdata"}
_MB = 1_000_000


def measure() -> Iterator[Figure]:
    """Starts as ratios, imports as counts, sizes of the last build."""
    yield from _starts()
    for name in FUNCTIONS:
        # This environment holds more than is deployed, and some packages try what they find.
        extra = sorted((_imported(name) & _DEPLOYED) - _NEEDED[name] - _RUNTIME)
        yield Figure(f"packages {name} imports and does not use", len(extra), reach=0, why=", ".join(extra))
    yield from _sizes()


def _starts() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        layers = _layers_as_deployed(Path(folder))
        commands = {"base": (_BASE, "")}
        for name in FUNCTIONS:
            commands[name] = (start_command(name), "layers/core")
            commands[f"{name} deployed"] = (_composed(name), str(layers))
        times: dict[str, list[float]] = {key: [] for key in commands}
        for command, path in commands.values():
            if path != str(layers):
                _seconds(command, path, PYTHONDONTWRITEBYTECODE="")
        for _ in range(_RUNS):
            for key, (command, path) in commands.items():
                times[key].append(_seconds(command, path))
    base = times["base"]
    for name in FUNCTIONS:
        yield Figure(
            f"init of {name}",
            _ratio(times[f"{name} deployed"], base),
            "×",
            reach=1.9 if name in CALL_X else 1.35,
            timed=True,
            why=f"CPU time of the import and of all that it makes ahead of its first event, from read-only layers with "
            f"bytecode, against {1000 * median(base):.0f} ms of boto3 with a client; "
            f"{_ratio(times[name], base):.2f} for the import and one client here",
        )


def _ratio(times: list[float], base: list[float]) -> float:
    return round(median(one / other for one, other in zip(times, base, strict=True)), 2)


def _layers_as_deployed(folder: Path) -> Path:
    """Our package and its dependencies with the bytecode that the layers' Makefiles make, and nothing to add to it."""
    for name in sorted(_DEPLOYED - {"app"}):
        spec = importlib.util.find_spec(name)
        assert spec is not None and spec.origin is not None, name
        origin = Path(spec.origin)
        if origin.name == "__init__.py":
            shutil.copytree(origin.parent, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(origin, folder)
    made = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", str(folder)]
    subprocess.run(made, check=True)
    return folder


def start_environment(path: str) -> Mapping[str, str]:
    names = (
        *(
            "TABLE_NAME",
            "X_PARAMETER",
            "X_WRITE_PARAMETER",
            "ALERT_SENDER",
            "POWERTOOLS_SERVICE_NAME",
            "POWERTOOLS_METRICS_NAMESPACE",
        ),
        *(
            "LINK_PARAMETER",
            "SUBSCRIBER_PARAMETER",
            "STAFF_MAIL",
            "TEXTS_THROUGH",
            "TEXT_ORIGIN",
            "DESK_NAME",
            "API_URL",
            "SITE_URL",
            "SITE_BUCKET",
            "STATUS_SENDER",
            "STATUSPAGE_PARAMETER",
        ),
        *("OPERATORS_TOPIC", "NOTES_BUS", "MAIL_EVENTS", "DESK_URL"),
        *("EVENTS_PARAMETER", "STREAM_FAILURES_URL", "MAIL_REPORT_FAILURES_URL"),
    )
    return {
        **dict.fromkeys(names, "made-up"),
        **dict.fromkeys(("SECOND_OPINION_MODEL", "EVENTS_BUS", "EVENTS_URL", "HEARTBEAT_URL"), NONE),
        "X_API_URL": "http://127.0.0.1:1",
        "PATH": os.defpath,
        "PYTHONPATH": path,
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "made-up",
        "AWS_SECRET_ACCESS_KEY": "made-up",
    }


def _seconds(command: str, path: str, **more: str) -> float:
    """CPU time of a fresh process: a start waits for nothing else, and other work on the machine disturbs it less."""
    process = subprocess.Popen([sys.executable, "-c", command], env={**start_environment(path), **more})
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return used.ru_utime + used.ru_stime


def start_command(name: str) -> str:
    """The import of a function and its first client."""
    return _START.format(name)


def _composed(name: str) -> str:
    return _COMPOSE.format(name)


def _imported(name: str) -> set[str]:
    """Top-level packages that are there once the function is imported and composed, less the standard library."""
    told = "; import json; print(json.dumps(sorted({n.partition('.')[0] for n in sys.modules})))"
    bare = "import json, sys; print(json.dumps(sorted({n.partition('.')[0] for n in sys.modules})))"
    found, before = (set(json.loads(_output(command))) for command in (_composed(name) + told, bare))
    return {one for one in found - before - sys.stdlib_module_names if not one.startswith("_")}


def _output(command: str) -> str:
    run = [sys.executable, "-c", command]
    return subprocess.run(run, env=start_environment("layers/core"), check=True, capture_output=True, text=True).stdout


def _sizes() -> Iterator[Figure]:
    """Sizes of the output of `sam build`, which runs when there is none."""
    if not (BUILD / "template.yaml").exists():
        subprocess.run(["make", "build"], check=True, capture_output=True)
    newest = max(path.stat().st_mtime for root in ("layers", "functions") for path in Path(root).rglob("*.py"))
    stale = newest > (BUILD / "template.yaml").stat().st_mtime
    age = "of a build that is older than the code" if stale else ""
    for layer, told in (("Dependencies", "of every function"), ("XDependencies", "for calling X")):
        parts = sorted(((_size(one), one.name) for one in (BUILD / layer / "python").iterdir()), reverse=True)
        biggest = ", ".join(f"{name} {size / _MB:.1f}" for size, name in parts[:4])
        size = round(_size(BUILD / layer) / _MB, 2)
        yield Figure(f"size of the dependencies {told}", size, "MB", reach=14, why=biggest)
    sizes = {
        ending: sum(one.stat().st_size for one in (BUILD / "Core").rglob(f"*{ending}")) for ending in (".pyc", ".py")
    }
    whole = _size(BUILD / "Core")
    rest = (whole - sum(sizes.values())) / _MB
    why = f"bytecode {sizes['.pyc'] / _MB:.1f}, sources {sizes['.py'] / _MB:.1f}, words and templates {rest:.1f} {age}"
    # The reach is older than the bytecode, without which each start takes a third longer.
    yield Figure("size of our package", round(whole / _MB, 2), "MB", reach=1, why=why.strip())
    for name in FUNCTIONS:
        folder = BUILD / "".join(part.capitalize() for part in name.split("_"))
        yield Figure(f"size of {name}", round(_size(folder) / 1000, 1), "KB", reach=60, why=age)


def _size(path: Path) -> int:
    return (
        path.stat().st_size if path.is_file() else sum(one.stat().st_size for one in path.rglob("*") if one.is_file())
    )
