"""The scheduling engine: a problem in, a legal schedule with proven bounds and reasons out.

Pure: standard library and OR-Tools. Nothing is imported here, so that describing, checking and storing a problem
never loads the solver; `solve.py` is the door.
"""
