"""The stores, each written once over the table port."""
