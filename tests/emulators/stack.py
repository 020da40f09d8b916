"""The whole stack through `make deploy`'s own code and sam, on PyPI's ministack, which emulates CloudFormation.

A first deploy that fails half-way and is repaired, a first deploy, an update, deleting with the data kept, deploying
again beside what was kept, and an update of a stack as it was at an earlier commit, with its table.

One fault of ministack's stands in the way of the last: ministack_mended.py names it, and a smallest stack shows it.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import boto3

from infra.transform import REGION
from tests.emulators.checkout import COPY, build, built_here
from tests.emulators.nested_attributes import keeps_attributes
from tests.emulators.tools import FOLDER, free_port, pypi, running

PACKAGES = ("ministack==1.5.33", "aws-sam-translator==1.115.0")
# The last commit before the desk had doors and roles of its own.
EARLIER = "0f5e723"
_STACK = "emulated"
_ANSWERS = {"AlertSender": "desk@fennel.example", "StatusSender": "status@fennel.example"}
_NAMES = {"OperatorEmail": "ops@fennel.example", "EventsOut": "yes"}
# A resource whose type nobody offers: CloudFormation refuses the nested stack, and the first deploy rolls back.
_BROKEN = "\n  Broken:\n    Type: AWS::Nobody::Offers\n"
Say = Callable[[str], None]


def check(say: Say) -> int:
    """Deploys in each way and says how it ended; returns the number of faults."""
    built_here()
    with _running("ministack") as url:
        say(f"  {_fault_of_ministack(_Emulated(url))}")
    faults = 0
    with _running("ministack, mended") as url:
        cloud = _Emulated(url)
        for name, step in _STEPS.items():
            fault = step(cloud)
            faults += bool(fault)
            say(f"  {name}: {fault or 'as it should'}")
    say(f"whole stack on ministack: {len(_STEPS)} steps, {faults} faults")
    return faults


class _Emulated:
    """The emulated account."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = boto3.Session("test", "test", region_name=REGION)

    def client(self, service: str) -> Any:
        return self._session.client(service, endpoint_url=self.url)  # type: ignore[call-overload]

    @property
    def environment(self) -> dict[str, str]:
        tools = os.pathsep.join((str(Path(sys.executable).parent), str(Path(".tools").absolute()), os.environ["PATH"]))
        told = {"AWS_ENDPOINT_URL": self.url, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        own = {"AWS_DEFAULT_REGION": REGION, "AWS_CONFIG_FILE": os.devnull, "PYTHONPATH": f"layers/core{os.pathsep}."}
        return {**os.environ, **told, **own, "PATH": tools, "SAM_CLI_TELEMETRY": "0"}

    def deploy(self, folder: Path = COPY, **answers: str) -> str:
        """Runs what `make deploy YES=yes` runs; returns the state of the stack."""
        kept = folder / "deploy" / f"{_STACK}.json"
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(json.dumps({**_ANSWERS, **_NAMES, **answers}), encoding="utf-8")
        return self._run(folder, [sys.executable, "-m", "infra.deploy", "--stack", _STACK, "--yes"])

    def deploy_as_before(self, folder: Path) -> str:
        """Runs sam as commits did that had no command of their own; returns the state of the stack."""
        given = [f"ParameterKey={name},ParameterValue={value}" for name, value in _ANSWERS.items()]
        options = ["--no-confirm-changeset", "--resolve-s3", "--capabilities", "CAPABILITY_IAM"]
        return self._run(folder, ["sam", "deploy", "--stack-name", _STACK, *options, "--parameter-overrides", *given])

    def tear_down(self) -> str:
        """Runs what `make teardown` runs, which keeps the data."""
        command = [sys.executable, "-m", "infra.teardown", "--stack", _STACK]
        return self._run(COPY, command, typed=f"{_STACK}\n")

    def _run(self, folder: Path, command: list[str], typed: str = "") -> str:
        done = subprocess.run(
            command, cwd=folder, env=self.environment, input=typed, capture_output=True, text=True, check=False
        )
        (FOLDER / "last_command.log").write_text(done.stdout + done.stderr, encoding="utf-8")
        return self.state()

    def state(self) -> str:
        """The state of the stack; empty where there is none."""
        formation = self.client("cloudformation")
        try:
            return str(formation.describe_stacks(StackName=_STACK)["Stacks"][0]["StackStatus"])
        except formation.exceptions.ClientError:
            return ""

    def resources(self) -> Mapping[str, str]:
        """Physical ids by logical id."""
        pages = self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=_STACK)
        listed = (one for page in pages for one in page["StackResourceSummaries"])
        return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in listed}


def _fails_first(cloud: _Emulated) -> str:
    """A first deploy that CloudFormation rolls back, and the advice that `make deploy` gives after it."""
    alarms = COPY / "infra/alarms.yaml"
    whole = alarms.read_text(encoding="utf-8")
    alarms.write_text(whole.rstrip() + _BROKEN, encoding="utf-8")
    build(COPY)
    state = cloud.deploy()
    alarms.write_text(whole, encoding="utf-8")
    build(COPY)
    if state != "ROLLBACK_COMPLETE":
        return f"the broken stack is {state or 'not there'}"
    cloud.deploy()
    if "make teardown" not in (FOLDER / "last_command.log").read_text(encoding="utf-8"):
        return "make deploy does not say how to go on"
    gone = cloud.tear_down()
    return f"the stack is still {gone} after make teardown" if gone else ""


def _deploys(cloud: _Emulated) -> str:
    state = cloud.deploy()
    return "" if state in ("CREATE_COMPLETE", "UPDATE_COMPLETE") else f"the stack is {state or 'not there'}"


def _updates(cloud: _Emulated) -> str:
    """Another answer changes the stack in place: the table stays the same one."""
    before = cloud.resources()["Desk"]
    state = cloud.deploy(LogRetentionDays="60")
    if state != "UPDATE_COMPLETE":
        return f"the stack is {state}"
    return "" if cloud.resources()["Desk"] == before else "the update made another table"


def _starts(cloud: _Emulated) -> str:
    """Functions run in the emulator's own workers: without settings each says that there are none."""
    found = cloud.resources()
    names = [name for name in found if name in {"FetchMentions", "DetectIncidents", "AuditDesk"}]
    for name in names:
        answer = cloud.client("lambda").invoke(FunctionName=found[name], Payload=b"{}")["Payload"].read().decode()
        if "no settings are stored yet" not in answer:
            return f"{name} answers {answer[:300]}"
    return "" if len(names) == 3 else f"only {', '.join(names)} are there"


def _goes_and_comes_back(cloud: _Emulated) -> str:
    """Deleted with its data kept, then deployed again: the kept table is still there beside the new one."""
    kept = cloud.resources()["Desk"]
    gone = cloud.tear_down()
    if gone:
        return f"the stack is still {gone}"
    if fault := _deploys(cloud):
        return fault
    tables = cloud.client("dynamodb").list_tables()["TableNames"]
    return "" if kept in tables else "the table that was to stay is gone"


def _grows_from_earlier(cloud: _Emulated) -> str:
    """A stack of the earlier commit becomes today's: its table and what stands in it stay."""
    cloud.tear_down()
    folder = FOLDER / "earlier"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    archive = subprocess.run(["git", "archive", EARLIER], check=False, capture_output=True)
    if archive.returncode:
        return f"commit {EARLIER} is not in this clone"
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive.stdout, check=True)
    site = folder / "infra/status_site.yaml"
    # It refused any address that is not https, and so every emulator's.
    site.write_text(site.read_text(encoding="utf-8").replace("^https://", "^https?://"), encoding="utf-8")
    build(folder)
    state = cloud.deploy_as_before(folder)
    if state != "CREATE_COMPLETE":
        return f"the earlier stack is {state or 'not there'}"
    table = cloud.resources()["Desk"]
    item = {"pk": {"S": "POST#1"}, "sk": {"S": "KEPT"}}
    cloud.client("dynamodb").put_item(TableName=table, Item=item)
    state = cloud.deploy()
    if state != "UPDATE_COMPLETE":
        return f"after the update it is {state}"
    if cloud.resources()["Desk"] != table:
        return "the update made another table"
    stays = cloud.client("dynamodb").get_item(TableName=table, Key=item)
    return "" if "Item" in stays else "the update lost what stood in the table"


_STEPS: Mapping[str, Callable[[_Emulated], str]] = {
    "a first deploy that fails, and taking it down": _fails_first,
    "first deploy": _deploys,
    "functions start": _starts,
    "update": _updates,
    "delete, and deploy again": _goes_and_comes_back,
    f"update from commit {EARLIER}": _grows_from_earlier,
}


def _fault_of_ministack(cloud: _Emulated) -> str:
    """The word on the fault that is worked around: whether a smallest stack still shows it."""
    if keeps_attributes(cloud.client, REGION):
        return "ministack keeps the attributes of nested stacks: tests/emulators/ministack_mended.py is needed no more"
    return "a fault of ministack's: an update of a nested stack loses its bucket's attributes; worked around here"


def _running(name: str) -> AbstractContextManager[str]:
    port = free_port()
    plain = ("-m", "ministack")
    started = plain if name == "ministack" else (str(Path(__file__).with_name("ministack_mended.py")),)
    own = {"GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1", "MINISTACK_REGION": REGION, "LOG_LEVEL": "WARNING"}
    return running(name, port, [str(pypi(*PACKAGES)), *started], own)
