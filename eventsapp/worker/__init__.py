"""The worker: carries out jobs and sends mail."""
