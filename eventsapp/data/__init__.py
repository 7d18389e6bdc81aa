"""Reference data: the taxonomy of processes, the clusters and the certifications."""
