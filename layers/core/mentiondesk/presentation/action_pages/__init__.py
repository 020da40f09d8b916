"""The pages behind links: acts on cases and incidents, and subscriptions. Each door imports its own module."""
