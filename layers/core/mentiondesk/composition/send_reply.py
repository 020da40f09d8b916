"""Posting replies to X, and taking steps of measures there."""

from mentiondesk.adapters.parameters import secret
from mentiondesk.adapters.storage.desk_stores import DeskStores
from mentiondesk.adapters.storage.stores.strikes import Strikes
from mentiondesk.adapters.x.connection import x_credentials
from mentiondesk.adapters.x.moderator import TweepyModerator
from mentiondesk.adapters.x.poster import TweepyPoster
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import SendReplyConfig
from mentiondesk.usecases.replies.send_replies import SendReplies
from mentiondesk.usecases.strikes.enforce_measures import EnforceMeasures


def send_replies(desk: DeskStores, config: SendReplyConfig) -> SendReplies:
    credentials = x_credentials(secret(aws.ssm, config.x_write_parameter), clock.now)
    x = TweepyPoster(credentials, config.x_api_url, lambda: desk.settings().brand)
    return SendReplies(desk.replies, desk.cases, x, desk.settings, clock.now)


def enforce_measures(desk: DeskStores, config: SendReplyConfig) -> EnforceMeasures:
    credentials = x_credentials(secret(aws.ssm, config.x_write_parameter), clock.now)
    strikes = Strikes(desk.table, desk.keep, clock.now)
    return EnforceMeasures(strikes, TweepyModerator(credentials, config.x_api_url), clock.now)
