"""The field and expansion names X declares. Those never filled here are accepted, and left out of answers."""


def _names(*lines: str) -> frozenset[str]:
    return frozenset(name for line in lines for name in line.split())


TWEET_FIELDS = _names(
    "article attachments author_id card_uri community_id context_annotations conversation_id created_at",
    "display_text_range edit_controls edit_history_tweet_ids entities geo id in_reply_to_user_id lang",
    "matched_media_notes media_metadata non_public_metrics note_request_suggestions note_tweet",
    "organic_metrics paid_partnership possibly_sensitive promoted_metrics public_metrics referenced_tweets",
    "reply_settings scopes source suggested_source_links suggested_source_links_with_counts text withheld",
)
TWEET_EXPANSIONS = _names(
    "article.cover_media article.media_entities attachments.media_keys attachments.media_source_tweet",
    "attachments.poll_ids author_id edit_history_tweet_ids entities.mentions.username geo.place_id",
    "in_reply_to_user_id entities.note.mentions.username referenced_tweets.id",
    "referenced_tweets.id.attachments.media_keys referenced_tweets.id.author_id",
)
USER_FIELDS = _names(
    "affiliation confirmed_email connection_status created_at description entities id is_identity_verified",
    "location most_recent_tweet_id name parody pinned_tweet_id profile_banner_url profile_image_url",
    "protected public_metrics receives_your_dm subscription subscription_type url username verified",
    "verified_followers_count verified_type withheld",
)
USER_EXPANSIONS = _names("affiliation.user_id most_recent_tweet_id pinned_tweet_id")

# In the post dialect some fields became expansions, and some names changed.
POST_FIELDS = TWEET_FIELDS - _names(
    "author_id edit_history_tweet_ids in_reply_to_user_id note_tweet referenced_tweets"
) | _names("article_title note_post")
POST_EXPANSIONS = TWEET_EXPANSIONS | _names("edit_history_post_ids referenced_posts username")
