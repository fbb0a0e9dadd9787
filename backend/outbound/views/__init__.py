"""All SQL for screens of this room, a file for each noun."""
