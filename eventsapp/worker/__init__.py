"""The worker: carries out jobs, sends mail, tidies up. The web never waits for it and never loads OR-Tools.

- `runner`: `run(app)` until SIGTERM, `run_until_idle(app)` until nothing is due.
- `queue`: Huey, which hands the ids of queued jobs to the threads of this machine's workers.
- `tasks`: claims a job, keeps its lease alive, carries it out, ends it.
- `solving` and `solver_process`: a run of the engine in a process of its own, from both ends of the pipe.
- `sending`: the outbox, mail by mail.
"""
