"""Reading X: new posts, customers, and posts that are looked at again."""

from mentiondesk.adapters.parameters import secret
from mentiondesk.adapters.storage.desk_stores import DeskStores
from mentiondesk.adapters.storage.stores.cursors import Cursors
from mentiondesk.adapters.storage.stores.look_ups import LookUps
from mentiondesk.adapters.storage.stores.signals import Signals
from mentiondesk.adapters.x.connection import x_credentials
from mentiondesk.adapters.x.feed import TweepyFeed
from mentiondesk.runtime import aws, clock
from mentiondesk.runtime.config import FetchConfig
from mentiondesk.usecases.cases.change_case import ChangeCase
from mentiondesk.usecases.cases.change_each import ChangeEach
from mentiondesk.usecases.intake.fetch_mentions import FetchMentions
from mentiondesk.usecases.intake.forget_post import ForgetPost
from mentiondesk.usecases.intake.look_again import LookAgain
from mentiondesk.usecases.intake.look_up_customers import LookUpCustomers


def feed(desk: DeskStores, config: FetchConfig) -> TweepyFeed:
    credentials = x_credentials(secret(aws.ssm, config.x_parameter), clock.now)
    return TweepyFeed(credentials, config.x_api_url, lambda: desk.settings().brand)


def fetch_mentions(desk: DeskStores, x: TweepyFeed) -> FetchMentions:
    return FetchMentions(x, desk.posts, Cursors(desk.table), desk.settings)


def look_up_customers(desk: DeskStores, x: TweepyFeed) -> LookUpCustomers:
    change = ChangeEach(ChangeCase(desk.cases, desk.settings), desk.cases)
    return LookUpCustomers(x, LookUps(desk.table), change, Cursors(desk.table), desk.settings)


def look_again(desk: DeskStores, x: TweepyFeed) -> LookAgain:
    forget = ForgetPost(desk.posts, desk.cases, desk.incidents, Signals(desk.table), desk.settings)
    change = ChangeCase(desk.cases, desk.settings)
    cursors = Cursors(desk.table)
    return LookAgain(x, desk.posts, desk.cases, desk.cases, desk.alerts, cursors, forget, change, desk.settings)
