"""Holds the desk against emulators: python -m tests.emulators [stores] [permissions] [runtime] [stack].

Without a name, all of them. They need Java, Node with npm, and the network once; what they fetch stays in .tools.
At the end it prints what each emulator hides: a test on it cannot fail for that.
"""

import os
import sys
from collections.abc import Callable, Mapping, Sequence

from rich.console import Console
from rich.table import Table

from infra.transform import REGION
from tests.emulators import dynamodb_local, permissions, runtime, stack

_PARTS: Mapping[str, Callable[[Callable[[str], None]], int]] = {
    "stores": dynamodb_local.check,
    "permissions": permissions.check,
    "runtime": runtime.check,
    "stack": stack.check,
}
# Faults that a test on an emulator cannot notice; each was looked for in its documentation or tried.
HIDES = {
    "moto": "conflicts of transactions with single writes, IAM on the table, the SAM transform, schedules, the HTTP "
    "API, End User Messaging, suppression and spending limits, unique names, Retain at a rollback",
    "DynamoDB Local": "conflicts of transactions with single writes, IAM, throttling, point-in-time recovery, time to "
    "live (it deletes nothing), limits of a partition",
    "the recorded calls (tests/support/privileges.py)": "conditions other than items, senders and kinds of "
    "notes; resource policies; permissions boundaries and policies of an organisation",
    "the IAM simulator": "resource policies, boundaries, policies of an organisation; requests it is not asked about",
    "ministack": "names that must be unique, what is kept at a rollback, SES's test message, permissions; its stream "
    "filters take a missing part for a match. A bucket of an updated nested stack loses its attributes, unlike on "
    "AWS: tests/emulators/ministack_mended.py works around that",
    "the runtime client on this machine": "the processor (the build is for this one), memory and time limits, and a "
    "mount that refuses to be written (that nothing was written is checked)",
    "cfn-lint": "what a service refuses when a resource is made, as SES an event destination without permission",
}


def main(arguments: Sequence[str]) -> int:
    """Runs the parts that are named, else all, and prints what emulators hide; returns 1 when one finds a fault."""
    unknown = sorted(set(arguments) - _PARTS.keys())
    if unknown:
        sys.stderr.write(f"no part is called {', '.join(unknown)}; there are {', '.join(_PARTS)}\n")
        return 2
    # No part may reach an account of AWS.
    os.environ.update(AWS_ACCESS_KEY_ID="emulated", AWS_SECRET_ACCESS_KEY="emulated", AWS_DEFAULT_REGION=REGION)
    console = Console()
    faults = sum(_PARTS[name](lambda line: console.print(line, markup=False)) for name in arguments or _PARTS)
    shown = Table("on", "a test cannot notice", title="What emulators hide", title_justify="left")
    for name, hidden in HIDES.items():
        shown.add_row(name, hidden)
    console.print(shown)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
