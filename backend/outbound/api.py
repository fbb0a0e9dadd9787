"""The door of this room for the modules above."""
