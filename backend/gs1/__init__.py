"""Codes on the floor: what a scanned text says, proven by its check digit wherever it has one."""
