#!/usr/bin/env python3
"""Kills trainings with SIGKILL, half of them in one of the system calls that write checkpoints, the others at random
moments, and resumes them.

    kill_runs.py [--kills 200] [--seed 1]

Passes if no checkpoint is lost or unreadable, every run ends with the bytes of one that was never killed, and
TensorBoard shows the same points of both, none of them twice.
"""

import argparse
import random
import signal
import tempfile
import time
from pathlib import Path

import martlet_runs as runs

EPOCHS = 30
DELAY_MS = 8
#: The system calls that write some checkpoints.
CALLS = 150


def killed_in_call(config, disk, chance):
    """Trains until a random system call of a checkpoint kills the process; returns whether that happened."""
    return ended(runs.train(config, "--resume-or-start", environment={**disk, "DISK_KILL_AT": str(chance.randint(1, CALLS))}))


def killed_at_random(config, disk, chance):
    """Trains on a slow disk for a moment, and kills the process; returns whether it was still alive."""
    process = runs.train(config, "--resume-or-start", environment={**disk, "DISK_DELAY_MS": str(DELAY_MS)})
    time.sleep(chance.uniform(0, 1.2))
    process.send_signal(signal.SIGKILL)
    return ended(process)


def ended(process):
    """Whether a training was killed; exits if it failed on its own."""
    output, _ = process.communicate()
    if process.returncode not in (0, -signal.SIGKILL):
        raise SystemExit(f"a training failed on its own with {process.returncode}:\n{output}")
    return process.returncode != 0


def check(directory, newest, where):
    """Exits if a file under a final name is bad, or the newest checkpoint is older than before."""
    files = runs.checkpoints(directory)
    for file in files + [directory / "latest.weights.h5", directory / "best.weights.h5"]:
        if file.is_symlink() or file.exists():
            bad = runs.problem(file)
            if bad:
                raise SystemExit(f"{where}: {file} is bad: {bad}")
    found = runs.step(files[-1]) if files else 0
    if found < newest:
        raise SystemExit(f"{where}: the checkpoint of step {newest} is lost; the newest is {found}")
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="martlet-kill-") as folder:
        folder = Path(folder)
        library = runs.shim(folder)
        whole = folder / "whole"
        whole.mkdir()
        runs.finish(runs.train(runs.configuration(whole, EPOCHS, has_events=True)), 0)
        kills = in_write = rounds = left_over = 0
        while kills < options.kills:
            place = folder / f"round-{rounds}"
            place.mkdir()
            config, directory, newest = runs.configuration(place, EPOCHS, has_events=True), place / "run", 0
            disk = {"LD_PRELOAD": library, "DISK_DIRECTORY": str(place)}
            while kills < options.kills:
                if not (killed_in_call if kills % 2 == 0 else killed_at_random)(config, disk, chance):
                    break
                kills += 1
                in_write += bool(list(directory.glob("*.partial")))
                newest = check(directory, newest, f"round {rounds}, kill {kills}")
            runs.finish(runs.train(config, "--resume-or-start"), 0)
            check(directory, newest, f"round {rounds}")
            left_over += len(list(directory.glob("*.partial")))
            different = runs.differences(directory / "latest.weights.h5", whole / "run/latest.weights.h5")
            if different:
                raise SystemExit(f"round {rounds}: not the bytes of the uninterrupted run: {different}")
            if runs.csv_without_seconds(place / "epochs.csv") != runs.csv_without_seconds(whole / "epochs.csv"):
                raise SystemExit(f"round {rounds}: the CSV file is not that of the uninterrupted run")
            if runs.points(place / "logs") != runs.points(whole / "logs"):
                raise SystemExit(f"round {rounds}: TensorBoard does not show the points of the uninterrupted run")
            rounds += 1
    if in_write == 0:
        raise SystemExit("no kill found a file half written: this script checks nothing of them")
    if left_over:
        raise SystemExit(f"{left_over} partial files were left over")
    print(
        f"killed {kills} times in {rounds} runs of {EPOCHS} epochs, {in_write} times with a file half written: "
        f"0 checkpoints lost, 0 unreadable, all {rounds} runs ended with the bytes of the uninterrupted one "
        f"({time.monotonic() - started:.0f} s)")


main()
