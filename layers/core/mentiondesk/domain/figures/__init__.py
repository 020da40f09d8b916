"""Figures about answers and deadlines, each a pure function over facts. docs/glossary.md defines each one."""
