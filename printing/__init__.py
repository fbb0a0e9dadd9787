"""The printing agent: a program of its own that stands beside the printers and prints what the warehouse queues.

It imports nothing of the backend; the backend imports only `printing.protocol`. Path of a job:
claim (agent) -> spool (journal on disk) -> driver (bytes for the printer) -> verify (the bytes are read back)
-> transport (TCP 9100 or a folder) -> report.
"""
