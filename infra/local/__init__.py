"""The desk on one machine."""
