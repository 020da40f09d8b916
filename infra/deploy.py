"""Deploys a stack from its own file of parameters: python -m infra.deploy --stack NAME.

The answers stand in deploy/NAME.json, which git ignores: a checkout holds as many desks as it has files. Each answer is
held against the template before it is stored, so that a wrong one is asked again and never saved.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.secret_parameters import SecretParameters
from infra.transform import template

TEMPLATE = Path("template.yaml")
FOLDER = Path("deploy")
# Parameters of the template that nobody deploying to AWS needs to be asked for; they can be put into the file.
_UNASKED = ("XApiUrl",)

Answers = dict[str, str]
Parameters = Mapping[str, Mapping[str, Any]]


def problem(parameter: Mapping[str, Any], answer: str) -> str:
    """Why the template would refuse this answer; "" where it takes it."""
    allowed = [str(one) for one in parameter.get("AllowedValues", ())]
    if allowed and answer not in allowed:
        return f"write one of {', '.join(one or 'nothing' for one in allowed)}"
    if not re.search(parameter.get("AllowedPattern", ""), answer):
        return str(parameter.get("ConstraintDescription", f"it must look like {parameter['AllowedPattern']}"))
    return "" if answer or "Default" in parameter else "it must not be empty"


def asked(parameters: Parameters, known: Mapping[str, str], ask: Callable[[str], str]) -> Answers:
    """An answer for each parameter; Enter takes the one that is known, else the template's default."""
    answers: Answers = {}
    for name, parameter in parameters.items():
        default = known.get(name, str(parameter.get("Default", "")))
        answers[name] = default
        if name not in _UNASKED:
            print(f"\n{name}: {' '.join(str(parameter['Description']).split())}")
            answers[name] = _asked_until_right(name, parameter, default, ask)
    return answers


def _asked_until_right(name: str, parameter: Mapping[str, Any], default: str, ask: Callable[[str], str]) -> str:
    while True:
        answer = ask(f"  {name} [{default}]: ").strip() or default
        wrong = problem(parameter, answer)
        if not wrong:
            return answer
        print(f"  not taken: {wrong}")


def deployed(stack: str) -> Answers:
    """The parameters of the stack as it is; none where there is no such stack."""
    try:
        found = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as refused:
        # CloudFormation's code where there is no such stack.
        if refused.response["Error"]["Code"] != "ValidationError":
            raise
        return {}
    if found["StackStatus"] == "ROLLBACK_COMPLETE":
        raise SystemExit(
            f"the first deploy of {stack} failed, and CloudFormation cannot update what is left: run\n"
            f"  make teardown STACK={stack}\nand then make deploy again. docs/deploying.md says what stays."
        )
    given = {str(one.get("ParameterKey")): str(one.get("ParameterValue")) for one in found.get("Parameters", [])}
    # CloudFormation shows stars for a parameter that it does not echo; it is asked for again.
    return {name: value for name, value in given.items() if value.strip("*") or not value}


def configured(stack: str, parameters: Parameters, again: bool) -> Answers:
    """The answers in the stack's file, asked for where there is none. Raises SystemExit where one does not fit."""
    file = FOLDER / f"{stack}.json"
    if again or not file.exists():
        if not sys.stdin.isatty():
            raise SystemExit(
                f"{file} is missing: run make configure STACK={stack}, or write it as docs/deploying.md says"
            )
        known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else deployed(stack)
        answers = asked(parameters, known, input)
        FOLDER.mkdir(exist_ok=True)
        file.write_text(json.dumps(answers, indent=2) + "\n", encoding="utf-8")
        print(f"\nstored in {file}")
        return answers
    stored: Answers = json.loads(file.read_text(encoding="utf-8"))
    wrong = [f"{name}: no such parameter" for name in stored.keys() - parameters.keys()]
    wrong += [f"{name}: {why}" for name, one in parameters.items() if (why := problem(one, _given(stored, name, one)))]
    if wrong:
        raise SystemExit("\n".join(f"{file}: {one}" for one in wrong))
    return stored


def _given(answers: Answers, name: str, parameter: Mapping[str, Any]) -> str:
    return answers.get(name, str(parameter.get("Default", "")))


def command(stack: str, answers: Mapping[str, str], confirm: bool) -> list[str]:
    """The call of SAM. Empty answers are the template's defaults."""
    given = [f"ParameterKey={name},ParameterValue={value}" for name, value in sorted(answers.items()) if value]
    sure = [] if confirm else ["--no-confirm-changeset"]
    tags = ["--tags", f"mentiondesk={stack}"]
    return ["sam", "deploy", "--stack-name", stack, "--s3-prefix", stack, *sure, *tags, "--parameter-overrides", *given]


def main(arguments: Sequence[str] | None = None) -> int:
    """Configures, makes missing keys and deploys; returns the exit status of SAM."""
    parser = argparse.ArgumentParser(prog="python -m infra.deploy", description=__doc__)
    parser.add_argument("--stack", default="mentiondesk", metavar="NAME", help="default: %(default)s")
    parser.add_argument("--configure", action="store_true", help="ask for the parameters again, and deploy nothing")
    parser.add_argument("--yes", action="store_true", help="execute the change set without asking")
    given = parser.parse_args(arguments)
    try:
        answers = configured(given.stack, template(TEMPLATE)["Parameters"], given.configure)
        if given.configure:
            return 0
        deployed(given.stack)
        for line in SecretParameters(given.stack).complete():
            print(f"key {line}")
    except (ClientError, BotoCoreError) as failed:
        raise SystemExit(f"AWS could not be asked: {failed}") from None
    return subprocess.run(command(given.stack, answers, not given.yes), check=False).returncode  # noqa: S603 - as checked


if __name__ == "__main__":
    sys.exit(main())
