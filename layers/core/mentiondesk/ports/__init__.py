"""Protocols that use cases need from the outside, one module an area."""
