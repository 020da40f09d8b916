"""The rules about posts, cases and time. Pure: no input or output, no clock, no AWS."""
