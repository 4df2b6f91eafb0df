"""Service requests: clients of ticketing systems behind one small interface, and the queue before them."""
