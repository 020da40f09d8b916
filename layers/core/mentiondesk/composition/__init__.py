"""The composition of each function: its use cases on stores and adapters. Only functions import it."""
