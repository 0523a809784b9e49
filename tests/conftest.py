"""Settings every test runs under."""

import os

from hypothesis import settings

# Before matplotlib or numpy is imported: no window, and no thread pool in each test process.
os.environ["MPLBACKEND"] = "Agg"
os.environ["OPENBLAS_NUM_THREADS"] = "1"

# The same examples on every run, and no time limit on one: a test must not fail because the
# machine was busy or because today's random example was harder.
settings.register_profile("repository", derandomize=True, deadline=None)
settings.load_profile("repository")
