"""Figures in three forms: parts of a page, rows of a CSV, Monday's mail."""
