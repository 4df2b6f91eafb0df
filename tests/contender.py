"""A controller that tries to hold a domain when told to: reads `try DELAY`, says `won` or who holds it, reads `go`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from zdm_automate.errors import HeldError
from zdm_automate.holding import domain_lock, hold, myself


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    name, written = sys.argv[1], Path(sys.argv[2])
    for line in sys.stdin:
        time.sleep(float(line.split()[1]))
        try:
            with hold(domain_lock("example.test"), myself(name), "the domain example.test"):
                with written.open("a", encoding="utf-8") as stream:
                    stream.write(f"{name}\n")
                say("won")
                sys.stdin.readline()
        except HeldError as problem:
            say(str(problem))
            sys.stdin.readline()
        say("free")


if __name__ == "__main__":
    main()
