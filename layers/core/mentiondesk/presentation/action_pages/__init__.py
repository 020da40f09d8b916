"""The pages behind links: actions on cases and incidents, and subscriptions. Each door imports its own module."""
