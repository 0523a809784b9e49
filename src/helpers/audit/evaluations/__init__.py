"""Rules on target tables and self-evaluations."""
