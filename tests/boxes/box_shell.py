"""A switch's command line as it behaves over SSH, played for tests: modes, prompts, configuration, and faults on demand.

Started by sshd with the state file as its argument; `fault` in that file says what goes wrong:
`drop <words>` hangs up when that line comes, `drop-after <words>` once it was carried out,
`deaf` does not take the change, `busy` changes something else too, `full` cannot save,
`refuse [address]` does not remove an address (or that one), `hang <words>` says nothing more after that line.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path

FILE = Path(sys.argv[1])


def load() -> dict:
    return json.loads(FILE.read_text(encoding="utf-8"))


def store(state: dict) -> None:
    spare = FILE.with_suffix(".new")
    spare.write_text(json.dumps(state), encoding="utf-8")
    spare.rename(FILE)


def say(text: str) -> None:
    sys.stdout.write(text.replace("\n", "\r\n"))
    sys.stdout.flush()


def shown(interfaces: dict, extra: list) -> str:
    lines = ["!", "version 15.2", "hostname core", *extra, "!"]
    for name, servers in interfaces.items():
        lines += [f"interface {name}", " ip address 192.168.17.1 255.255.255.0"]
        lines += [f" ip helper-address {server}" for server in servers] + ["!"]
    return "\n".join([*lines, "end"])


def drop() -> None:
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(5)


def main() -> None:
    state = load()
    sign = state.get("sign", "#")
    mode, interface = "", ""
    say(f"\ncore{sign}")
    for raw in sys.stdin:
        line = raw.strip()
        state = load()
        state["heard"].append(line)
        store(state)
        fault, _, words = state.get("fault", "").partition(" ")
        if fault == "drop" and line.startswith(words):
            drop()
        if fault == "drop-after" and line.startswith(words):
            answer(line, state, mode, interface)
            store(state)
            drop()
        if fault == "hang" and line.startswith(words):
            time.sleep(30)
        said = ""
        if line == "configure terminal":
            mode = "(config)"
        elif line == "end":
            mode = ""
        elif mode and line.startswith("interface "):
            mode, interface = "(config-if)", line.partition(" ")[2]
        else:
            said = answer(line, state, mode, interface)
        store(state)
        say(f"{said}\n" if said else "")
        say(f"core{mode}{sign}")


def answer(line: str, state: dict, mode: str, interface: str) -> str:  # noqa: C901, PLR0911 - one return per command
    fault = state.get("fault", "")
    if line.startswith("terminal "):
        return ""
    if line == "show version | include Version":
        return "Cisco IOS Software, C2960X Software, Version 15.2(7)E3, RELEASE SOFTWARE (fc3)"
    if line == "show running-config":
        state["looks"] = state.get("looks", 0) + 1
        head = f"Building configuration...\n\nCurrent configuration : {2000 + state['looks']} bytes\n"
        return head + shown(state["running"], state.get("extra", []))
    if line == "show startup-config":
        return "Using 2001 out of 524288 bytes\n" + shown(state["saved"], state.get("saved_extra", []))
    if line == "write memory":
        if fault == "full":
            return "Building configuration...\n% Not enough space on device"
        state["saved"] = json.loads(json.dumps(state["running"]))
        return "Building configuration...\n[OK]"
    words = line.split()
    if mode == "(config-if)" and words[-2:-1] == ["helper-address"]:
        servers = state["running"].get(interface, [])
        if fault == "deaf":
            return ""
        if fault in {f"refuse {words[-1]}", "refuse"} and words[0] == "no":
            return "% Invalid input detected at '^' marker."
        if words[0] == "no":
            state["running"][interface] = [one for one in servers if one != words[-1]]
        elif words[-1] not in servers:
            state["running"][interface] = [*servers, words[-1]]
        if fault == "busy":
            state["extra"] = ["no ip routing"]
        return ""
    return "             ^\n% Invalid input detected at '^' marker.\n"


main()
