"""Codes from pictures: drawn here, spoilt here, read back."""
