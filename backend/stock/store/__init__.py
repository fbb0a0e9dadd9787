"""All SQL of the stock that writes or locks: locations, the ledger, counting."""
