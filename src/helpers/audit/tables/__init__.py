"""Rules on statutory tables: sums inside one, and figures that several repeat."""
