"""Mentiondesk: hear what customers say on X, and make sure a person answers in time."""
