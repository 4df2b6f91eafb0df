"""Parsers of native tools' text (netsh, dnscmd): pure, tested on real output."""
