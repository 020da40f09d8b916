"""Everything that people read: pages, mails and texts."""
