"""Rules on the words around the figures."""
