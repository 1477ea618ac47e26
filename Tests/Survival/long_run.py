#!/usr/bin/env python3
"""Simulates a long run: 2,000 epochs of a small network with a checkpoint each, monitoring memory and open files.

    long_run.py [--epochs 2000]

Only the history may grow: a row of numbers per epoch, in the run, in the saved copy, and in the file being built, some
150 bytes in total. Passes if the memory at the end is within 2 % of that after 20 epochs (and 250 bytes per epoch beyond
2,000), no file descriptor was leaked, and the directory contains no extra files.
"""

import argparse
import collections
import os
import tempfile
import time
from pathlib import Path

import martlet_runs as runs

#: The number of memory samples evaluated together: a second or two.
WINDOW = 60


def use(process):
    """Bytes of resident memory, and open files."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    memory = next(line for line in status.split("\n") if line.startswith("VmRSS"))
    return int(memory.split()[1]) * 1024, len(os.listdir(f"/proc/{process.pid}/fd"))


def least(samples):
    """What the process needs between two checkpoints: while one is written, it has memory and files for that too."""
    return min(memory for memory, _ in samples), min(files for _, files in samples)


def epochs_done(csv):
    return max(csv.read_text().count("\n") - 1, 0) if csv.exists() else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=2000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="martlet-long-") as place:
        place = Path(place)
        config = runs.configuration(place, options.epochs)
        # To its last epoch, with a checkpoint after each.
        text = Path(config).read_text().replace("every_steps: 5", "every_epochs: 1").replace("patience: 1000", "patience: 9999")
        Path(config).write_text(text)
        log, csv, directory = place / "run.jsonl", place / "epochs.csv", place / "run"
        process = runs.train(config, "--log-file", str(log))
        early, late, most_files, began = [], collections.deque(maxlen=WINDOW), 0, time.monotonic()
        while process.poll() is None:
            try:
                late.append(use(process))
            except (FileNotFoundError, StopIteration, ProcessLookupError):
                break
            if len(early) < WINDOW and epochs_done(csv) >= 20:
                early.append(late[-1])
            # A partial file adds to the retained ones: the last, the best, and both links.
            most_files = max(most_files, len(list(directory.glob("*.h5*"))) if directory.exists() else 0)
            time.sleep(0.02)
        runs.finish(process, 0)
        written = log.read_text().count('"event": "checkpoint"')
        kept = sorted(path.name for path in directory.iterdir())
        early, late = least(early), least(late)
        growth = late[0] / early[0] - 1
        allowed = 0.02 + 250 * max(options.epochs - 2000, 0) / early[0]
        print(
            f"{options.epochs} epochs, {written} checkpoints, {time.monotonic() - began:.0f} s: memory after 20 epochs "
            f"{early[0] / 1e6:.1f} MB, at the end {late[0] / 1e6:.1f} MB ({100 * growth:+.1f} %); open files {early[1]} and "
            f"{late[1]}; at most {most_files} names in the directory, {len(kept)} at the end")
        if written < options.epochs or epochs_done(csv) != options.epochs:
            raise SystemExit("not every epoch was written")
        if growth > allowed or late[1] > early[1] or most_files > 8 or len(kept) > 6:
            raise SystemExit(f"the run grew: {kept}")


main()
