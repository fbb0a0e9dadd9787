"""SQL of the print queue that writes or locks: equipment, jobs, leases."""
