"""Recorded posts through the desk in virtual time: the alerts it would have sent, and the figures of the whole."""
