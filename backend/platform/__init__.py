"""What every room stands on. No trade words here: database, journal, outbox, exchange, errors, ids, clock, money."""
