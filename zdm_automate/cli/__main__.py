"""The command `zdm`: its groups, and what becomes of an error. Exit codes: see `EPILOG`."""

from __future__ import annotations

import os
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import typer

from zdm_automate.cli import (
    apply,
    bundle,
    evidence,
    gates,
    hosts,
    item,
    jobs,
    lab,
    lab_hyperv,
    lab_likeness,
    lab_mail,
    lab_trouble,
    mail,
    new,
    plan,
    rehearse,
    resume,
    retrospective,
    scripts,
    signoff,
    sr,
    trl,
)

EPILOG = (
    "Exit codes: 0 done, or nothing to change; 1 failed; 2 bad input, nothing was done; "
    "3 refused by a rule, nothing was changed; 4 a change was started and its outcome is not known."
)

app = typer.Typer(
    name="zdm",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    epilog=EPILOG,
    help="Plan, apply and prove the scriptable steps of a swing migration. Nothing is changed but by `zdm apply`.",
)
app.command("new")(new.new)
app.command("playbooks")(new.playbooks)
app.command("check")(hosts.check)
app.command("read")(hosts.read)
app.command("plan")(plan.plan)
app.command("plans")(plan.plans)
app.command("gate")(gates.gate)
app.command("approve")(gates.approve)
app.command("apply")(apply.apply)
app.command("resume")(resume.resume)
app.command("undo")(resume.undo)
app.command("rehearse")(rehearse.rehearse)
app.command("verify")(apply.verify)
app.command("jobs")(jobs.jobs)
app.command("mail")(mail.mail)
app.command("status")(evidence.status)
app.add_typer(evidence.checklist, name="checklist")
app.add_typer(evidence.journal, name="journal")
app.command("report")(evidence.report)
app.add_typer(item.item, name="item")
app.add_typer(trl.trl, name="trl")
app.command("bundle")(bundle.bundle)
app.add_typer(sr.sr, name="sr")
app.add_typer(signoff.signoff, name="signoff")
app.command("retrospective")(retrospective.retrospective)
app.add_typer(scripts.app, name="scripts")
for _name, _command in lab_trouble.COMMANDS.items():
    lab.app.command(_name)(_command)
lab.app.command("mail")(lab_mail.mail)
lab.app.command("requests")(lab_mail.requests)
for _name, _act in lab_hyperv.COMMANDS.items():
    lab.app.command(_name)(_act)
lab.app.command("from-facts")(lab_likeness.from_facts)
app.add_typer(lab.app, name="lab")


def main(argv: list[str] | None = None) -> int:
    """Runs one command; gives the exit code."""
    from zdm_automate.errors import ZdmError

    command: Any = typer.main.get_command(app)
    try:
        result = command.main(args=argv, prog_name="zdm", standalone_mode=False)
    except ZdmError as problem:
        typer.echo(f"zdm: {problem}", err=True)
        return problem.exit_code
    except typer.Exit as ended:
        return int(ended.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        typer.echo("zdm: stopped.", err=True)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains of the same again at its end
        return 1
    except Exception as problem:  # noqa: BLE001 - a defect of ours is one sentence too; the whole of it goes into a file
        return _bad_usage_or_defect(problem, sys.argv[1:] if argv is None else argv)
    return int(result) if isinstance(result, int) else 0


def _bad_usage_or_defect(problem: Exception, argv: list[str]) -> int:
    show = getattr(problem, "show", None)
    if callable(show) and hasattr(problem, "format_message"):
        show()  # typer's usage errors; they are click's own or a copy of them, as the version of typer has it
        return 2
    return _defect(problem, _folder(argv))


def _folder(argv: list[str]) -> Path | None:
    """The project's folder, as far as the words typed tell it; None where it holds no project."""
    from zdm_automate.project import FILE

    named = [word.removeprefix("--project=") for word in argv if word.startswith("--project=")]
    named += [value for option, value in pairwise(argv) if option in {"-p", "--project"}]
    folder = Path(named[-1] if named else os.environ.get("ZDM_PROJECT", "."))
    return folder if (folder / FILE).is_file() else None


def _defect(problem: Exception, folder: Path | None) -> int:
    """Keeps the trace in the project's folder, or among the temporary files where there is none."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile(
        "w", dir=folder, prefix="zdm-defect-", suffix=".txt", delete=False, encoding="utf-8"
    ) as stream:
        stream.writelines(traceback.format_exception(problem))
    typer.echo(f"zdm: a defect in zdm itself ({type(problem).__name__}); please report it with {stream.name}.", err=True)
    return 1


def run() -> None:
    """The entry of the installed command."""
    sys.exit(main())


if __name__ == "__main__":
    run()
