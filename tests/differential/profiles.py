"""How much is tried, by ZDM_PROFILE: `ci` is 25 worlds for each verb, always the same, `nightly` 200, each time others."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

NAME = os.environ.get("ZDM_PROFILE", "ci")
WORLDS = {"ci": 25, "nightly": 200}

if NAME not in WORLDS:
    raise RuntimeError(f"ZDM_PROFILE is {NAME!r}; it is one of {', '.join(WORLDS)}")

MANY = 3000 if NAME == "nightly" else 60
"""How many of a thing are many."""

PROFILE = settings(
    max_examples=WORLDS[NAME],
    derandomize=NAME == "ci",
    database=None,
    deadline=None,
    print_blob=NAME == "nightly",
    report_multiple_bugs=False,
    # A world is a large value, and most of its parts are beside the point of one call.
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example),
    phases=(Phase.explicit, Phase.generate, Phase.target, Phase.shrink),
)

SECONDS = 900
"""Time limit of one verb: what a divergence takes until it is small is part of it."""

QUICK = settings(PROFILE, max_examples=WORLDS["ci"], derandomize=True, phases=(Phase.generate,))
"""For what is known to differ: found, not made small."""
