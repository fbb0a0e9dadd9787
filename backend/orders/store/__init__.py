"""All SQL of the orders that writes or locks: taking them in, moving them on, promising stock."""
