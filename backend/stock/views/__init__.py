"""What screens and devices read of the stock."""
