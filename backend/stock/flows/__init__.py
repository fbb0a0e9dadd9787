"""The scan flows of the stock and the jobs that feed them, by flow name."""
