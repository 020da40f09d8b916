"""Commands for the operator of a deployed desk: python -m infra.operate --help."""

import argparse
import getpass
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from zoneinfo import ZoneInfo

import boto3
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

from infra.rights import erase, items_about
from infra.settings_file import EXAMPLE, SettingsFileInvalid, load_settings
from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.cases import Cases
from mentiondesk.adapters.storage.stores.cursors import Cursors
from mentiondesk.adapters.storage.stores.incidents import Incidents
from mentiondesk.adapters.storage.stores.posts import Posts
from mentiondesk.adapters.storage.stores.settings import SettingsVersions
from mentiondesk.adapters.storage.stores.signals import Signals
from mentiondesk.adapters.storage.table import Absent, And, Conflict, Exists, Refused
from mentiondesk.adapters.storage.table import Update as TableUpdate
from mentiondesk.domain.ids import ComponentId, IncidentId, PostId, UserId
from mentiondesk.domain.incidents.changes import incident_change
from mentiondesk.domain.incidents.incident import Affected, Health, Impact, Incident, Status, Update
from mentiondesk.runtime import aws, clock
from mentiondesk.usecases.intake.forget_post import ForgetPost

X_CREDENTIALS = {
    "consumer_key": "API key (consumer key)",
    "consumer_secret": "API key secret (consumer secret)",
    "access_token": "Access token",
    "access_token_secret": "Access token secret",
}


_TIME = "like 2026-12-01T22:00"


class CannotDo(Exception):
    """Why nothing was changed, in words for the operator."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns the exit status."""
    asked = _parser().parse_args(arguments)
    try:
        print(asked.run(asked))
    except (CannotDo, SettingsFileInvalid) as why:
        return _failed(str(why))
    except NoCredentialsError:
        return _failed("there are no AWS credentials here; sign in with `aws sso login` or `aws configure`")
    except NoRegionError:
        return _failed("no AWS region is set; use `export AWS_DEFAULT_REGION=eu-west-1`, or the one you deployed to")
    except ClientError as refused:
        return _failed(f"AWS refused {refused.operation_name}: {refused.response['Error']['Message']}")
    except BotoCoreError as failed:
        return _failed(f"AWS could not be reached: {failed}")
    return 0


def _failed(why: str) -> int:
    print(why, file=sys.stderr)
    return 1


_AddCommand = Callable[..., argparse.ArgumentParser]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.operate", description="Operates a deployed desk.")
    add = parser.add_subparsers(required=True, metavar="COMMAND").add_parser
    of_a_table = [
        _settings_command(add),
        _reclassify_command(add),
        _maintenance_command(add),
        _reads_command(add),
        *_rights_commands(add),
    ]
    for command in (*of_a_table, _credentials_command(add)):
        command.add_argument("--stack", default="mentiondesk", metavar="NAME", help="default: %(default)s")
    for command in of_a_table:
        command.add_argument("--table", metavar="NAME", help="the table's name, in place of the stack's table")
    return parser


def _settings_command(add: _AddCommand) -> argparse.ArgumentParser:
    command = add(
        "settings",
        help="put a settings file in force",
        description=f"Checks a settings file and puts it in force. {EXAMPLE} explains every key.",
    )
    command.add_argument("file", type=Path, metavar="FILE", help="the YAML file")
    command.set_defaults(run=_store_settings)
    return command


def _credentials_command(add: _AddCommand) -> argparse.ArgumentParser:
    command = add(
        "x-credentials",
        help="store the credentials for X",
        description="Asks for the four OAuth 1.0a values of the brand's account, which X's developer console "
        "shows under Keys and tokens, and stores them. They are not shown while you type or paste them.",
    )
    command.add_argument(
        "--stdin",
        action="store_true",
        help=f"read them from standard input instead, as JSON with the keys {', '.join(X_CREDENTIALS)}",
    )
    command.set_defaults(run=_store_credentials)
    return command


def _rights_commands(add: _AddCommand) -> Iterator[argparse.ArgumentParser]:
    forget = add(
        "forget",
        help="erase a post, or everything about one person on X",
        description="Posts of the last hours that are still on X may be read again; erase them once more a day later.",
    )
    what = forget.add_mutually_exclusive_group(required=True)
    what.add_argument("--user", type=UserId, metavar="ID", help="X's number of the person's account")
    what.add_argument("--post", type=PostId, metavar="ID", help="X's number of the post")
    forget.set_defaults(run=_forget)
    yield forget
    export = add("export", help="print everything that is stored about one person on X, as JSON")
    export.add_argument("--user", type=UserId, required=True, metavar="ID", help="X's number of the person's account")
    export.set_defaults(run=_export)
    yield export


def _reads_command(add: _AddCommand) -> argparse.ArgumentParser:
    command = add(
        "reads",
        help="let more posts be read today",
        description="Raises the read budget of this UTC day, beyond the month's budget if need be. X bills each post.",
    )
    command.add_argument("more", type=int, metavar="POSTS", help="how many more")
    command.set_defaults(run=_raise_reads)
    return command


def _reclassify_command(add: _AddCommand) -> argparse.ArgumentParser:
    command = add(
        "reclassify",
        help="give a post that could not be classified to the classifier again",
        description="Makes the table's stream deliver a stored post again that has no tags yet.",
    )
    command.add_argument("post_id", metavar="POST_ID", help="the number behind POST# in the classifier's log")
    command.set_defaults(run=_reclassify)
    return command


def _maintenance_command(add: _AddCommand) -> argparse.ArgumentParser:
    command = add(
        "maintenance",
        help="announce a planned maintenance on the status page",
        description="The status page shows it at once, and that it has begun and ended at its times. Times are "
        "on the desk's own clock (zone in the settings) unless they name an offset.",
    )
    command.add_argument("title", metavar="TITLE", help='like "New tills in both shops"')
    command.add_argument("--from", dest="begins", type=_moment, required=True, metavar="TIME", help=_TIME)
    command.add_argument("--until", dest="ends", type=_moment, required=True, metavar="TIME", help=_TIME)
    command.add_argument("--parts", default="", metavar="IDS", help="ids of components in the settings: one,two")
    command.add_argument("--body", default="", metavar="TEXT", help="text for customers about what will be done")
    command.set_defaults(run=_announce)
    return command


def _store_settings(asked: argparse.Namespace) -> str:
    settings = load_settings(asked.file)
    try:
        version = SettingsVersions(_table(asked)).store(settings, clock.now())
    except (Refused, Conflict) as other:
        why = "nothing stored: other settings were stored at this moment; run it again to replace them"
        raise CannotDo(why) from other
    return f"stored as version {version}; functions use it within 60 seconds"


def _store_credentials(asked: argparse.Namespace) -> str:
    # Looked up first: nobody should paste four values to learn that there is no stack.
    secret = _output(asked.stack, "XCredentialsSecretId")
    given = piped_credentials() if asked.stdin else typed_credentials()
    credentials = {name: given.get(name, "").strip() for name in X_CREDENTIALS}
    empty = [name for name, value in credentials.items() if not value]
    if empty:
        raise CannotDo(f"nothing stored: {', '.join(empty)} must not be empty")
    aws.secrets().put_secret_value(SecretId=secret, SecretString=json.dumps(credentials))
    return "stored; the desk uses them within 5 minutes"


def typed_credentials() -> dict[str, str]:
    """The four values, asked for and not shown."""
    return {name: getpass.getpass(f"{label}: ") for name, label in X_CREDENTIALS.items()}


def piped_credentials() -> dict[str, str]:
    """The four values from standard input. Raises CannotDo."""
    try:
        given = json.load(sys.stdin)
    except ValueError:
        given = None
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise CannotDo(f"nothing stored: standard input is not a JSON object of texts with {', '.join(X_CREDENTIALS)}")
    return given


def _reclassify(asked: argparse.Namespace) -> str:
    stored_but_not_tagged = And((Exists(), Absent(keys.TAGGED_AT)))
    retried = {"retried_at": clock.now()}
    try:
        _table(asked).update(TableUpdate(keys.post(PostId(asked.post_id)), retried, stored_but_not_tagged))
    except Refused as refused:
        why = "is classified already" if refused.item else "is not stored"
        raise CannotDo(f"nothing to do: post {asked.post_id} {why}") from None
    return f"post {asked.post_id} goes to the classifier again; its log says within a minute what became of it"


def _raise_reads(asked: argparse.Namespace) -> str:
    if asked.more < 1:
        raise CannotDo("nothing changed: give a number of posts, 1 or more")
    Cursors(_table(asked)).raise_today(clock.now(), asked.more)
    return f"up to {asked.more} more posts are read until midnight UTC; X bills each"


def _forget(asked: argparse.Namespace) -> str:
    table = _table(asked)
    current = SettingsVersions(table).load()
    incidents = Incidents(table, lambda: current.keep)
    if asked.user:
        return f"{erase(table, incidents, asked.user)} items about user {asked.user} are erased"
    posts, cases = Posts(table, lambda: current.keep), Cases(table, lambda: current.keep)
    forget = ForgetPost(posts, cases, incidents, Signals(table), lambda: current)
    if not forget(asked.post, clock.now()):
        raise CannotDo(f"nothing to do: post {asked.post} is not stored, or it is forgotten already")
    return f"post {asked.post} is forgotten"


def _export(asked: argparse.Namespace) -> str:
    found = [{**item.key.attributes, **item.beside} for item in items_about(_table(asked), asked.user)]
    return json.dumps(found, indent=2, ensure_ascii=False, default=str)


def _moment(written: str) -> datetime:
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{written!r} is no time; write it {_TIME}") from None


def _announce(asked: argparse.Namespace) -> str:
    current = SettingsVersions(_table(asked)).load()
    now, zone = clock.now(), ZoneInfo(current.zone)
    begins, ends = ((at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC) for at in (asked.begins, asked.ends))
    if not now < ends or not begins < ends:
        raise CannotDo("nothing announced: it must end after it begins, and after now")
    known = [one.component_id for one in current.page.components]
    parts = [ComponentId(part.strip()) for part in asked.parts.split(",") if part.strip()]
    if strange := [part for part in parts if part not in known]:
        raise CannotDo(f"nothing announced: no component {', '.join(strange)}; there are {', '.join(known) or 'none'}")
    planned = Incident(
        IncidentId(f"m{token_hex(6)}"),
        Status.SCHEDULED,
        asked.title,
        created_at=now,
        started_at=now,
        impact=Impact.MAINTENANCE,
        scheduled_for=begins,
        scheduled_until=ends,
    )
    affected = tuple(Affected(part, Health.UNDER_MAINTENANCE) for part in parts)
    word = Update(planned.incident_id, now, Status.SCHEDULED, asked.body or asked.title, affected)
    Incidents(_table(asked), lambda: current.keep).add(incident_change(None, planned.moved(word), update=word))
    return f"announced as {planned.incident_id}, from {begins:%Y-%m-%d %H:%M} to {ends:%Y-%m-%d %H:%M} UTC"


def _table(asked: argparse.Namespace) -> DynamoTable:
    return DynamoTable(aws.dynamodb(), asked.table or _output(asked.stack, "TableName"))


def _output(stack: str, name: str) -> str:
    """An output of the stack. Raises CannotDo when there is none."""
    cloudformation = boto3.client("cloudformation")
    try:
        found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as refused:
        # CloudFormation's error code for a stack that does not exist.
        if refused.response["Error"]["Code"] != "ValidationError":
            raise
        region = cloudformation.meta.region_name
        raise CannotDo(f"there is no stack {stack!r} in {region}; deploy it, or name yours with --stack") from None
    for output in found.get("Outputs", []):
        if output.get("OutputKey") == name:
            return str(output.get("OutputValue"))
    raise CannotDo(f"the stack {stack!r} has no output {name}; is it a mentiondesk stack, and has its deploy ended?")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (KeyboardInterrupt, EOFError):
        sys.exit("\nnothing stored")
