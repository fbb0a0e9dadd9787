"""Which printer for which paper at which station; jobs, leases, states. The agent in `printing/` does the printing."""
