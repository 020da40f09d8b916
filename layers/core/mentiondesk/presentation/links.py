"""Addresses at X."""


def post_url(post_id: str) -> str:
    """X's own address of a post; works without knowing the handle."""
    return f"https://x.com/i/status/{post_id}"
