"""The endpoints that write: posts, replies, deletions, direct messages; and those that hide and mute."""

from datetime import datetime

from infra.local.x_standin import problems
from infra.local.x_standin.call import Call, is_id, json_object
from infra.local.x_standin.model import Draft, Message, Post, Rules, User
from infra.local.x_standin.problems import Answer, Json, Refused, invalid
from infra.local.x_standin.text import MOST_WEIGHT, weight
from infra.local.x_standin.wire import Wanted, Wire
from infra.local.x_standin.world import World

_CREATE_FIELDS = frozenset(("text", "reply", "reply_settings", "media", "made_with_ai", "quote_tweet_id"))


class Writing:
    """Write operations of the brand, and X's rules about them."""

    def __init__(self, world: World, brand: User, rules: Rules) -> None:
        self._world = world
        self._brand = brand
        self._rules = rules
        self.messages: list[Message] = []
        self.hidden: set[str] = set()
        self.muted: set[str] = set()

    def create(self, call: Call) -> Answer:
        body = json_object(call)
        if unknown := sorted(body.keys() - _CREATE_FIELDS):
            raise invalid(f"$.{unknown[0]}: is not defined in the schema")
        if "quote_tweet_id" in body:
            raise Refused(problems.forbidden("Quoting a post is not available at your access level."))
        text, reply_to = _text(body), _reply_target(body)
        if self._world.is_suspended(self._brand.id):
            raise Refused(problems.brand_suspended())
        if weight(text) > MOST_WEIGHT:
            raise Refused(problems.too_long())
        if reply_to is not None:
            self._check_reply(reply_to, call.at)
        self._check_duplicate(text, reply_to, call.at)
        draft = Draft(author_id=self._brand.id, at=call.at, text=text, reply_to=reply_to)
        post_id = self._world.post(draft)
        writer = Wire(self._world, call.dialect, Wanted(), call.at)
        return Answer(201, {"data": writer.post(self._world.get(post_id))})

    def delete(self, call: Call) -> Answer:
        post_id = call.path_values["id"]
        post = self._world.find(post_id, call.at) if is_id(post_id) else None
        if post is None or post.author_id != self._brand.id:
            raise Refused(problems.forbidden("You are not authorized to delete this Tweet."))
        self._world.delete(post_id, call.at)
        return Answer(200, {"data": {"deleted": True}})

    def hide(self, call: Call) -> Answer:
        """Hides a reply in a conversation that the brand began, or shows it again."""
        hidden = json_object(call).get("hidden")
        if not isinstance(hidden, bool):
            raise invalid("$.hidden: true or false is required")
        post_id = call.path_values["tweet_id"]
        post = self._world.find(post_id, call.at) if is_id(post_id) else None
        if post is None:
            raise Refused(problems.problem(404, "Not Found", f"Could not find tweet with id: [{post_id}]."))
        began = self._world.find(post.conversation_id, call.at)
        if began is None or began.author_id != self._brand.id or post.author_id == self._brand.id:
            raise Refused(problems.forbidden("You are not permitted to perform this action."))
        (self.hidden.add if hidden else self.hidden.discard)(post.id)
        return Answer(200, {"data": {"hidden": hidden}})

    def mute(self, call: Call) -> Answer:
        target = json_object(call).get("target_user_id")
        self.muted.add(self._other(call.path_values["id"], target))
        return Answer(200, {"data": {"muting": True}})

    def unmute(self, call: Call) -> Answer:
        self.muted.discard(self._other(call.path_values["source_user_id"], call.path_values["target_user_id"]))
        return Answer(200, {"data": {"muting": False}})

    def _other(self, source: str, target: object) -> str:
        """An account that the brand, and nobody else, acts against."""
        if source != self._brand.id:
            raise Refused(problems.forbidden("The `id` query parameter must be the authenticating user's."))
        if not isinstance(target, str) or not is_id(target):
            raise invalid("$.target_user_id: an id is required")
        return target

    def dm(self, call: Call) -> Answer:
        text = _text(json_object(call))
        to = self._world.user(call.path_values["participant_id"])
        if to is None or not to.receives_dm:
            raise Refused(problems.dm_refused())
        self.messages.append(Message(call.at, to.id, text))
        conversation = "-".join(sorted((self._brand.id, to.id), key=int))
        message_id = self._world.new_id(call.at)
        return Answer(201, {"data": {"dm_conversation_id": conversation, "dm_event_id": message_id}})

    def _check_reply(self, reply_to: str, now: datetime) -> None:
        parent = self._world.find(reply_to, now)
        if parent is None:
            raise Refused(problems.reply_target_gone())
        if self._world.is_suspended(parent.author_id):
            raise Refused(problems.author_suspended())
        if self._world.has_blocked(parent.author_id):
            raise Refused(problems.blocked())
        if self._rules.replies_restricted and not self._summoned_by(parent, now):
            raise Refused(problems.forbidden(self._rules.unsummoned_detail))

    def _summoned_by(self, post: Post, now: datetime) -> bool:
        """True when the author asked for the brand, by its handle or by quoting it, or is the brand."""
        if post.author_id == self._brand.id:
            return True
        quoted = self._world.find(post.quotes, now) if post.quotes else None
        if quoted is not None and quoted.author_id == self._brand.id:
            return True
        handle = self._brand.username.lower()
        added = handle in (name.lower() for name in post.added_handles)
        return handle in post.mentions and (self._rules.implicit_mention_summons or not added)

    def _check_duplicate(self, text: str, reply_to: str | None, now: datetime) -> None:
        """The same words to the same post, or twice to nobody."""
        for post in self._world.posts_of(self._brand.id, now):
            if post.at < now - self._rules.duplicate_window:
                return
            if post.reply_to == reply_to and post.typed == text:
                raise Refused(problems.duplicate())


def _text(body: Json) -> str:
    text = body.get("text")
    if not isinstance(text, str) or not text.strip():
        raise invalid("$.text: a text is required")
    return text


def _reply_target(body: Json) -> str | None:
    if "reply" not in body:
        return None
    reply = body["reply"]
    target = reply.get("in_reply_to_tweet_id") if isinstance(reply, dict) else None
    if not isinstance(target, str) or not is_id(target):
        raise invalid("$.reply.in_reply_to_tweet_id: an id is required")
    return target
