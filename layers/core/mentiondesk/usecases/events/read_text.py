"""The text that an event is about, for endpoints whose settings ask for it.

It is read when it is sent, and kept nowhere: what was erased meanwhile is not there any more.
"""

from mentiondesk.domain.events.event import Event
from mentiondesk.domain.ids import IncidentId, PostId, ReplyId
from mentiondesk.ports.incidents import IncidentStore
from mentiondesk.ports.posts import PostStore
from mentiondesk.ports.replies import ReplyKey, ReplyStore

# X's longest posts have 25,000 signs; a receiver is to take 20 kB.
_LONGEST = 4000


class ReadText:
    """Reads the post, the reply or the public update that an event names."""

    def __init__(self, posts: PostStore, replies: ReplyStore, incidents: IncidentStore) -> None:
        self._posts = posts
        self._replies = replies
        self._incidents = incidents

    def __call__(self, event: Event) -> str:
        """The text; empty where there is none."""
        subject_id = event.case_id or event.incident_id
        if (reply_id := event.data.get("reply")) and subject_id is not None:
            reply = self._replies.get(ReplyKey(subject_id, ReplyId(str(reply_id))))
            return reply.post[:_LONGEST] if reply else ""
        if update_id := event.data.get("update"):
            return self._update(IncidentId(str(event.incident_id)), str(update_id))
        if post_id := event.data.get("post"):
            post = self._posts.get(PostId(str(post_id)))
            return post.text[:_LONGEST] if post else ""
        return ""

    def _update(self, incident_id: IncidentId, update_id: str) -> str:
        bodies = (one.body for one in self._incidents.updates(incident_id) if one.update_id == update_id)
        return next(bodies, "")[:_LONGEST]
