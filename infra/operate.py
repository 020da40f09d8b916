"""Commands for the operator of a deployed desk: python -m infra.operate --help."""

import argparse
import getpass
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from zoneinfo import ZoneInfo

import boto3
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

from infra.corrections import corrections_in, report
from infra.event_commands import UnknownEndpoint, drop_old_secret, endpoint_of, log_of, new_secret, replay, told_late
from infra.rights import erase, items_about
from infra.secret_parameters import KEYS, STATUSPAGE, X_WRITE, SecretParameters, X
from infra.settings_file import EXAMPLE, SettingsFileInvalid, load_settings
from mentiondesk.adapters.storage import keys
from mentiondesk.adapters.storage.dynamo_table import DynamoTable
from mentiondesk.adapters.storage.stores.cases import Cases
from mentiondesk.adapters.storage.stores.cursors import Cursors
from mentiondesk.adapters.storage.stores.events import Events
from mentiondesk.adapters.storage.stores.incidents import Incidents
from mentiondesk.adapters.storage.stores.posts import Posts
from mentiondesk.adapters.storage.stores.score_counts import ScoreCounts
from mentiondesk.adapters.storage.stores.settings import SettingsMissing, SettingsVersions
from mentiondesk.adapters.storage.stores.signals import Signals
from mentiondesk.adapters.storage.table import Absent, And, Conflict, Exists, Refused
from mentiondesk.adapters.storage.table import Update as TableUpdate
from mentiondesk.domain.access.actions import CASE_ACTIONS, INCIDENT_ACTIONS
from mentiondesk.domain.access.actor import Actor, Door
from mentiondesk.domain.alerts.roster import Audience, Staff
from mentiondesk.domain.desk import DeskSettings
from mentiondesk.domain.events.delivery import BUS
from mentiondesk.domain.ids import ComponentId, IncidentId, PostId, StaffId, UserId
from mentiondesk.domain.incidents.commands import (
    OpenIncident,
    PlanMaintenance,
    Reschedule,
    ResolveIncident,
    decide,
    opened,
    planned,
)
from mentiondesk.domain.incidents.incident import Affected, Health, Impact, NotPossible
from mentiondesk.domain.incidents.rules import IncidentTemplate
from mentiondesk.ports.incidents import IncidentChanged
from mentiondesk.runtime import aws, clock
from mentiondesk.settings.problems import SettingsInvalid
from mentiondesk.triage import Engine
from mentiondesk.triage.share import estimated_share
from mentiondesk.usecases.events.publish_events import PublishEvents
from mentiondesk.usecases.intake.forget_post import ForgetPost
from mentiondesk.values import replace

X_CREDENTIALS = {
    "consumer_key": "API key (consumer key)",
    "consumer_secret": "API key secret (consumer secret)",
    "access_token": "Access token",
    "access_token_secret": "Access token secret",
}


_HEALTH = {
    Impact.NONE: Health.OPERATIONAL,
    Impact.MINOR: Health.DEGRADED_PERFORMANCE,
    Impact.MAJOR: Health.PARTIAL_OUTAGE,
    Impact.CRITICAL: Health.MAJOR_OUTAGE,
}
_IMPACTS = tuple(_HEALTH)
_TIME = "like 2026-12-01T22:00"


class CannotDo(Exception):
    """Why nothing was changed, in words for the operator."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns the exit status."""
    asked = _parser().parse_args(arguments)
    try:
        print(asked.run(asked))
    except (CannotDo, SettingsFileInvalid, UnknownEndpoint) as why:
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
    of_a_table = [_settings_command(add), _renew_command(add), _reclassify_command(add), _maintenance_command(add)]
    of_a_table += [_incident_command(add), _cancel_command(add), _move_command(add)]
    of_a_table += [_reads_command(add), *_rights_commands(add), *_events_commands(add), _corrections_command(add)]
    of_a_stack = [_credentials_command(add), _statuspage_command(add), _keys_command(add), _redrive_command(add)]
    of_a_stack.append(_event_secret_command(add))
    for command in (*of_a_table, *of_a_stack):
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


def _renew_command(add: _AddCommand) -> argparse.ArgumentParser:
    command = add(
        "renew-settings",
        help="check the settings in force with this version's rules, so that no function has to; make deploy does it",
    )
    command.set_defaults(run=_renew_settings)
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
    command.add_argument(
        "--write",
        action="store_true",
        help="store those of the token that may write, with which send_reply alone posts replies",
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


def _corrections_command(add: _AddCommand) -> argparse.ArgumentParser:
    command = add(
        "corrections",
        help="measure triage on the posts that people corrected it on",
        description="Reads the posts from the table, with the settings and the share of complaints in force.",
    )
    command.add_argument("--mistakes", type=int, default=0, metavar="N", help="show N posts that are still wrong")
    command.set_defaults(run=_measure_corrections)
    return command


def _events_commands(add: _AddCommand) -> Iterator[argparse.ArgumentParser]:
    log = add("events-log", help="list events and what became of them, by endpoint")
    log.add_argument("--endpoint", default="", metavar="ID", help="default: all")
    log.add_argument("--since", type=_moment, metavar="TIME", help=f"{_TIME}; default: a day ago")
    log.set_defaults(run=_log_events)
    yield log
    again = add(
        "events-replay",
        help="enable an endpoint, and deliver events again from a time on",
        description="Receivers know a repeated event by its id.",
    )
    again.add_argument("endpoint", metavar="ID", help='an endpoint of the settings, or "bus"')
    again.add_argument("--since", type=_moment, metavar="TIME", help=f"{_TIME}; default: only what was not delivered")
    again.set_defaults(run=_replay_events)
    yield again


def _event_secret_command(add: _AddCommand) -> argparse.ArgumentParser:
    command = add(
        "event-secret",
        help="make the secret that signs an endpoint's webhooks",
        description="Prints the secret, which the receiver needs. A secret that was there before signs as well, until "
        "it is dropped: store the new one at the receiver meanwhile.",
    )
    command.add_argument("endpoint", metavar="ID", help="the id of the endpoint in the settings")
    command.add_argument("--drop-old", action="store_true", help="make none; let the newest one alone sign")
    command.set_defaults(run=_store_event_secret)
    return command


def _reads_command(add: _AddCommand) -> argparse.ArgumentParser:
    command = add(
        "reads",
        help="let more posts be read today",
        description="Raises the read budget of this UTC day, beyond the month's budget if need be. X bills each post.",
    )
    command.add_argument("more", type=int, metavar="POSTS", help="how many more")
    command.set_defaults(run=_raise_reads)
    return command


def _statuspage_command(add: _AddCommand) -> argparse.ArgumentParser:
    command = add(
        "statuspage-key",
        help="store the API key of Atlassian Statuspage",
        description="Asks for the API key and stores it. It is not shown while you type or paste it.",
    )
    command.set_defaults(run=_store_statuspage_key)
    return command


def _keys_command(add: _AddCommand) -> argparse.ArgumentParser:
    command = add(
        "keys",
        help="make the keys that sign links, where they are missing, or replace one",
        description="Makes the keys that are missing; those of a stack before that has them in Secrets Manager are "
        "taken over. With --replace every link made with that key so far is dead within half a minute.",
    )
    command.add_argument("--replace", choices=KEYS, help="the key to put a new one in place of")
    command.add_argument(
        "--keep-old", action="store_true", help="the key before still checks the links that it made, and makes none"
    )
    command.set_defaults(run=_make_keys)
    return command


def _redrive_command(add: _AddCommand) -> argparse.ArgumentParser:
    command = add(
        "redrive",
        help="give reports of undelivered mail, and mails that were asked for, to their functions again",
        description="Takes what failed three times from the queue MailReportFailures, and starts the function of each "
        "with it once more. What fails again comes back to the queue; a code to sign in that is too old is not mailed.",
    )
    command.set_defaults(run=_redrive)
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
    command.add_argument("--by", default="", metavar="ID", help="the id of a person in the settings; default: a lead")
    command.set_defaults(run=_announce)
    return command


def _incident_command(add: _AddCommand) -> argparse.ArgumentParser:
    command = add(
        "incident",
        help="publish an incident that the desk has not noticed",
        description="The status page shows it at once, and its subscribers get a mail.",
    )
    command.add_argument("title", metavar="TITLE", nargs="?", default="", help='like "Online shop: checkout fails"')
    command.add_argument("--body", default="", metavar="TEXT", help="text for customers")
    command.add_argument("--impact", choices=[str(one) for one in _IMPACTS], help="default: minor")
    command.add_argument("--parts", default="", metavar="IDS", help="ids of components in the settings: one,two")
    command.add_argument("--began", type=_moment, metavar="TIME", help=f"{_TIME}; default: now")
    command.add_argument("--template", default="", metavar="NAME", help="texts of incidents.templates in the settings")
    command.add_argument("--by", default="", metavar="ID", help="the id of a person in the settings; default: a lead")
    command.set_defaults(run=_open_incident)
    return command


def _cancel_command(add: _AddCommand) -> argparse.ArgumentParser:
    command = add("cancel-maintenance", help="cancel a planned maintenance, or end one early")
    command.add_argument("incident_id", metavar="ID", help="as it was announced")
    command.add_argument("--body", required=True, metavar="TEXT", help="text for customers")
    command.add_argument("--by", default="", metavar="ID", help="the id of a person in the settings; default: a lead")
    command.set_defaults(run=_cancel)
    return command


def _move_command(add: _AddCommand) -> argparse.ArgumentParser:
    command = add("move-maintenance", help="give a planned maintenance other times")
    command.add_argument("incident_id", metavar="ID", help="as it was announced")
    command.add_argument("--from", dest="begins", type=_moment, required=True, metavar="TIME", help=_TIME)
    command.add_argument("--until", dest="ends", type=_moment, required=True, metavar="TIME", help=_TIME)
    command.add_argument("--body", required=True, metavar="TEXT", help="text for customers")
    command.add_argument("--by", default="", metavar="ID", help="the id of a person in the settings; default: a lead")
    command.set_defaults(run=_move)
    return command


def _store_settings(asked: argparse.Namespace) -> str:
    settings = load_settings(asked.file)
    try:
        version = SettingsVersions(_table(asked)).store(settings, clock.now())
    except (Refused, Conflict) as other:
        why = "nothing stored: other settings were stored at this moment; run it again to replace them"
        raise CannotDo(why) from other
    return f"stored as version {version}; functions use it within 60 seconds"


def _renew_settings(asked: argparse.Namespace) -> str:
    try:
        renewed = SettingsVersions(_table(asked)).renew()
    except SettingsMissing as missing:
        return str(missing)
    except SettingsInvalid as invalid:
        raise CannotDo(
            f"the settings in force do not fit this version; mend them and run make settings: {invalid}"
        ) from None
    except (Refused, Conflict):
        return "other settings were stored at this moment; run it again if that was with another version"
    return "the settings in force are checked" if renewed else "the settings in force are of this version"


def _store_credentials(asked: argparse.Namespace) -> str:
    given = piped_credentials() if asked.stdin else typed_credentials()
    credentials = {name: given.get(name, "").strip() for name in X_CREDENTIALS}
    empty = [name for name, value in credentials.items() if not value]
    if empty:
        raise CannotDo(f"nothing stored: {', '.join(empty)} must not be empty")
    SecretParameters(asked.stack).store(X_WRITE if asked.write else X, json.dumps(credentials))
    return f"stored for the stack {asked.stack!r}; the desk uses them within 5 minutes"


def _store_statuspage_key(asked: argparse.Namespace) -> str:
    key = getpass.getpass("API key: ").strip()
    if not key:
        raise CannotDo("nothing stored: the key must not be empty")
    SecretParameters(asked.stack).store(STATUSPAGE, key)
    return f"stored for the stack {asked.stack!r}; the desk uses it within an hour"


def _log_events(asked: argparse.Namespace) -> str:
    table, now = _table(asked), clock.now()
    current = SettingsVersions(table).load()
    if asked.endpoint:
        endpoint_of(current.events, asked.endpoint)
    since = _in_zone(asked.since, current) if asked.since else now - timedelta(days=1)
    return log_of(Events(table), asked.endpoint, since, now)


def _replay_events(asked: argparse.Namespace) -> str:
    table = _table(asked)
    current = SettingsVersions(table).load()
    since = _in_zone(asked.since, current) if asked.since else None
    endpoint, events, now = endpoint_of(current.events, asked.endpoint), Events(table), clock.now()
    publish = PublishEvents(events, lambda: current, bus=endpoint.endpoint_id == BUS)
    late = told_late(table.scan(), events, publish, since, now) if since else 0
    beside = f"; {late} among them were never told before" if late else ""
    return f"{replay(events, endpoint, since, now)}{beside}"


def _store_event_secret(asked: argparse.Namespace) -> str:
    parameters = SecretParameters(asked.stack)
    if not asked.drop_old:
        return f"{new_secret(parameters, asked.endpoint)}\nstored; events are signed with it within 5 minutes"
    if not drop_old_secret(parameters, asked.endpoint):
        raise CannotDo(f"nothing changed: {asked.endpoint} has one secret, or none")
    return f"the newest secret alone signs for {asked.endpoint} within 5 minutes"


def _make_keys(asked: argparse.Namespace) -> str:
    parameters = SecretParameters(asked.stack)
    done = list(parameters.complete())
    if asked.replace:
        parameters.replace(asked.replace, asked.keep_old)
        fate = "go on" if asked.keep_old else "are dead within half a minute"
        done.append(f"{asked.replace}: replaced; links made before {fate}")
    return "\n".join(done) or "all keys are there"


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


def _measure_corrections(asked: argparse.Namespace) -> str:
    table = _table(asked)
    current = SettingsVersions(table).load()
    share = estimated_share(ScoreCounts(table).load(clock.now()))
    engine = Engine(current.brand_words)
    return report(corrections_in(table), lambda post: engine.tags(post, share), asked.mistakes)


def _redrive(asked: argparse.Namespace) -> str:
    queue = _output(asked.stack, "MailReportFailuresUrl")
    messages, lambda_client, count = boto3.client("sqs"), boto3.client("lambda"), 0
    while found := messages.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in found:
            # The record of a failed asynchronous run: Lambda, "Invocation record".
            record = json.loads(message["Body"])
            function, event = record["requestContext"]["functionArn"], json.dumps(record["requestPayload"])
            lambda_client.invoke(FunctionName=function, InvocationType="Event", Payload=event)
            messages.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            count += 1
    return f"{count} given to their functions again"


def _moment(written: str) -> datetime:
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{written!r} is no time; write it {_TIME}") from None


def _announce(asked: argparse.Namespace) -> str:
    current = SettingsVersions(_table(asked)).load()
    now = clock.now()
    begins, ends = _times(asked, current, now)
    parts = tuple(_parts(asked, current))
    command = PlanMaintenance(asked.title, begins, ends, asked.body or asked.title, parts)
    incident_id = IncidentId(f"m{token_hex(6)}")
    change = planned(incident_id, command, _person(asked, current), now, f"{keys.stamp(now)}-{incident_id}")
    Incidents(_table(asked), lambda: current.keep).add(change)
    return f"announced as {incident_id}, from {begins:%Y-%m-%d %H:%M} to {ends:%Y-%m-%d %H:%M} UTC"


def _open_incident(asked: argparse.Namespace) -> str:
    current, now = SettingsVersions(_table(asked)).load(), clock.now()
    text = _text(asked, current)
    affected = text.affected
    if asked.parts:
        affected = tuple(Affected(part, _HEALTH[text.impact]) for part in _parts(asked, current))
    began = _in_zone(asked.began, current) if asked.began else None
    command = OpenIncident(text.title, text.impact, text.body, affected, began)
    incident_id = IncidentId(f"i{token_hex(6)}")
    change = opened(incident_id, command, _person(asked, current), now, f"{keys.stamp(now)}-{incident_id}")
    Incidents(_table(asked), lambda: current.keep).add(change)
    return f"published as {incident_id}"


def _text(asked: argparse.Namespace, current: DeskSettings) -> IncidentTemplate:
    """The template with what was typed in its place. Raises CannotDo."""
    names = {one.name: one for one in current.incidents.templates}
    if asked.template and asked.template not in names:
        raise CannotDo(f"nothing published: no template {asked.template!r}; there are {', '.join(names) or 'none'}")
    given = names.get(asked.template, IncidentTemplate("", "", ""))
    impact = Impact(asked.impact) if asked.impact else given.impact
    found = replace(given, title=asked.title or given.title, body=asked.body or given.body, impact=impact)
    if not found.title or not found.body:
        raise CannotDo("nothing published: give a title and a --body, or a --template")
    return found


def _cancel(asked: argparse.Namespace) -> str:
    _decide(asked, ResolveIncident(asked.body))
    return f"{asked.incident_id} is completed on the status page"


def _move(asked: argparse.Namespace) -> str:
    begins, ends = _times(asked, SettingsVersions(_table(asked)).load(), clock.now())
    _decide(asked, Reschedule(begins, ends, asked.body))
    return f"moved to {begins:%Y-%m-%d %H:%M} until {ends:%Y-%m-%d %H:%M} UTC"


def _decide(asked: argparse.Namespace, command: ResolveIncident | Reschedule) -> None:
    """Does the command to a maintenance. Raises CannotDo."""
    current, now = SettingsVersions(_table(asked)).load(), clock.now()
    incidents = Incidents(_table(asked), lambda: current.keep)
    found = incidents.get(IncidentId(asked.incident_id))
    if found is None or not found.status.maintenance:
        raise CannotDo(f"nothing changed: there is no maintenance {asked.incident_id}")
    entry_id = f"{keys.stamp(now)}-{token_hex(4)}-{command.action}"
    try:
        incidents.save(decide(found, command, _person(asked, current), now, entry_id))
    except (NotPossible, IncidentChanged) as why:
        raise CannotDo(f"nothing changed: it is {found.status}") from why


def _person(asked: argparse.Namespace, current: DeskSettings) -> Actor:
    """The person who acts. Raises CannotDo."""
    staff = current.roster.find(StaffId(asked.by)) if asked.by else _lead(current)
    if staff is None:
        raise CannotDo(f"nothing changed: {asked.by} is nobody in the settings")
    return Actor(staff, INCIDENT_ACTIONS | CASE_ACTIONS, Door.ITSELF)


def _lead(current: DeskSettings) -> Staff:
    """The first lead; settings without one are refused."""
    return next(one for one in current.roster.staff if Audience.LEAD in one.roles)


def _times(asked: argparse.Namespace, current: DeskSettings, now: datetime) -> tuple[datetime, datetime]:
    """The beginning and the end, in UTC. Raises CannotDo."""
    begins, ends = _in_zone(asked.begins, current), _in_zone(asked.ends, current)
    if not now < ends or not begins < ends:
        raise CannotDo("nothing announced: it must end after it begins, and after now")
    return begins, ends


def _in_zone(moment: datetime, current: DeskSettings) -> datetime:
    """The moment in UTC; on the desk's own clock where it names no offset."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(current.zone))).astimezone(UTC)


def _parts(asked: argparse.Namespace, current: DeskSettings) -> list[ComponentId]:
    """The components that were named. Raises CannotDo."""
    known = [one.component_id for one in current.page.components]
    parts = [ComponentId(part.strip()) for part in asked.parts.split(",") if part.strip()]
    if strange := [part for part in parts if part not in known]:
        raise CannotDo(f"nothing announced: no component {', '.join(strange)}; there are {', '.join(known) or 'none'}")
    return parts


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
