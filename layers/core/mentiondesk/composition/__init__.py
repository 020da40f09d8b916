"""What functions are made of: use cases on stores and adapters. Only functions import it."""
