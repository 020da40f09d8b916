"""The signed-in desk: sign-in, the list of who waits, cases, incidents, settings."""
