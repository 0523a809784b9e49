"""Rules on sentences: their sums, rates and changes, and the cells they repeat."""
