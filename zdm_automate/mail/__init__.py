"""Exchange as the product speaks to it: versions and routes, command specs, typed values, states in plain words. No wire."""
