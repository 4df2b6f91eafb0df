"""The mail playbook over an office in memory: what it plans, in which order, and what it waits for."""

from __future__ import annotations
