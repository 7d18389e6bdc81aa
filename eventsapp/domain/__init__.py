"""The rules of the business in plain values: no Flask, no tables, no clock."""
