"""The command line: `eventsapp demo`, `up`, `worker`, `solve` and the rest."""
