"""Use cases, one module for each noun: every write and every non-trivial read.

They take loaded objects, an `actor` and `now`. They never commit, never see a request, never build a page address from
a route, never send anything: mails and jobs are rows that they add.
"""
