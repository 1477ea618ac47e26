#!/usr/bin/env python3
"""Makes each system call of a checkpoint write fail in turn, and fills up a real file system.

    failing_writes.py [--all]

Passes if every run continues and ends with the bytes of one on a good disk, and no older checkpoint is changed; and if a
run whose last state could not be saved reports that, as does one on a file system without locks or links. With --all the
calls of every checkpoint fail, instead of those of one.
"""

import argparse
import collections
import errno
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import martlet_runs as runs

EPOCHS = 3
ERRORS = [errno.ENOSPC, errno.EIO, errno.EDQUOT]
LINK_ERRORS = [errno.EPERM, errno.EOPNOTSUPP]
LOCK_ERRORS = [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS]
CALLS = {"open", "write", "fsync", "rename", "symlink", "unlink"}


def calls_of_checkpoints(folder, library):
    """The numbers and names of the calls of a good run, split at the start of each checkpoint. The directory comes first."""
    log = folder / "calls"
    place = folder / "good"
    place.mkdir()
    environment = {"LD_PRELOAD": library, "DISK_DIRECTORY": str(place / "run/"), "DISK_LOG": str(log)}
    runs.finish(runs.train(runs.configuration(place, EPOCHS), environment=environment), 0)
    parts = [[]]
    for line in log.read_text().split("\n"):
        if not line:
            continue
        number, name = line.split()
        if name == "open":
            parts.append([])
        parts[-1].append((int(number), name))
    return parts[1:]


def makes_safe(part, number):
    """Whether a call of a checkpoint is needed to make it durable: those for links and older files follow."""
    syncs = [call for call, name in part if name == "fsync"]
    return number <= syncs[1]


def check_all_good(directory):
    for file in runs.checkpoints(directory) + [directory / "latest.weights.h5"]:
        bad = runs.problem(file)
        if bad:
            raise SystemExit(f"{file} is bad: {bad}")


def one_failure(folder, library, number, name, error, warned, count=1):
    """A run in which one call fails: it warns if that checkpoint is lost, and ends as if nothing had happened."""
    what = f"call {number} ({name}) with {errno.errorcode[error]}"
    with tempfile.TemporaryDirectory(dir=folder) as place:
        place = Path(place)
        environment = {
            "LD_PRELOAD": library, "DISK_DIRECTORY": str(place / "run/"), "DISK_FAIL_AT": str(number),
            "DISK_FAIL_COUNT": str(count), "DISK_FAIL_ERRNO": str(error)}
        output = runs.finish(runs.train(runs.configuration(place, EPOCHS), environment=environment), 0)
        # A failed link is created in another way; failed removals do not affect the checkpoint.
        warnings = output.count("training continues, and retries")
        if warnings != warned or output.count("warning:") != warned * 2:
            raise SystemExit(f"{what}: {warnings} warnings: {output}")
        check_all_good(place / "run")
        different = runs.differences(place / "run/latest.weights.h5", folder / "good/run/latest.weights.h5")
        if different:
            raise SystemExit(f"{what}: not the bytes of the good run: {different}")
        if list((place / "run").glob("*.partial")):
            raise SystemExit(f"{what}: a partial file was left")


def broken_from(folder, library, number, name, error):
    """A disk that stays broken: the run reaches its end, fails there, and older checkpoints are unchanged."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        place = Path(place)
        environment = {
            "LD_PRELOAD": library, "DISK_DIRECTORY": str(place / "run/"), "DISK_FAIL_AT": str(number),
            "DISK_FAIL_COUNT": "0", "DISK_FAIL_ERRNO": str(error)}
        config = runs.configuration(place, EPOCHS)
        output = runs.finish(runs.train(config, environment=environment), 1)
        if "the last one, could not be saved anywhere" not in output or output.count("retries") != 1:
            raise SystemExit(f"broken from call {number} ({name}): {output}")
        check_all_good(place / "run")
        runs.finish(runs.train(config, "--resume"), 0)
        different = runs.differences(place / "run/latest.weights.h5", folder / "good/run/latest.weights.h5")
        if different:
            raise SystemExit(f"broken from call {number} ({name}): resumed to other bytes: {different}")


def without_locks(folder, library):
    """A file system without locks: one warning, and the run is as on any other."""
    for error in LOCK_ERRORS:
        with tempfile.TemporaryDirectory(dir=folder) as place:
            place = Path(place)
            environment = {"LD_PRELOAD": library, "DISK_LOCK_ERRNO": str(error)}
            output = runs.finish(runs.train(runs.configuration(place, EPOCHS), environment=environment), 0)
            told = "run: its file system does not support locks: nothing prevents a second run from writing there.\n"
            if not output.endswith(told) or output.count("\n") != 1:
                raise SystemExit(f"flock with {errno.errorcode[error]}: {output}")
            if runs.differences(place / "run/latest.weights.h5", folder / "good/run/latest.weights.h5"):
                raise SystemExit(f"flock with {errno.errorcode[error]}: not the bytes of the good run")


def without_links(folder, library):
    """A file system without links: one warning, and the run is as on any other."""
    for error in LINK_ERRORS:
        with tempfile.TemporaryDirectory(dir=folder) as place:
            place = Path(place)
            environment = {
                "LD_PRELOAD": library, "DISK_DIRECTORY": str(place / "run/"), "DISK_LINK_ERRNO": str(error)}
            config = runs.configuration(place, EPOCHS)
            output = runs.finish(runs.train(config, environment=environment), 0)
            told = "The checkpoints are complete, and a run resumes without the link.\n"
            if not output.endswith(told) or output.count("\n") != 1:
                raise SystemExit(f"links with {errno.errorcode[error]}: {output}")
            kept = runs.checkpoints(place / "run")
            names = [file.name for file in runs.checkpoints(folder / "good/run")]
            if [file.name for file in kept] != names:
                raise SystemExit(f"links with {errno.errorcode[error]}: {kept} are kept, with links {names}")
            if runs.differences(kept[-1], folder / "good/run/latest.weights.h5"):
                raise SystemExit(f"links with {errno.errorcode[error]}: not the bytes of the good run")
            runs.finish(runs.train(config, "--resume", environment=environment), 0)
            if runs.checkpoints(place / "run") != kept:
                raise SystemExit(f"links with {errno.errorcode[error]}: resuming removed checkpoints")


def full_file_system(folder):
    """A file system of 4 MB with room for some checkpoints; then it has room again, and the run succeeds."""
    place = folder / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", place]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        return "a full file system was NOT tried: mounting one is not allowed here"
    try:
        (place / "ballast").write_bytes(bytes(4 << 20)[: 4 * (1 << 20) - 400 * 1024])
        config = runs.configuration(place, EPOCHS)
        output = runs.finish(runs.train(config), 1)
        if "bytes are needed, the file system has" not in output or output.count("retries") != 1:
            raise SystemExit(f"full file system: {output}")
        check_all_good(place / "run")
        fallback = folder / "fallback"
        text = Path(config).read_text().replace("every_steps", f"fallback_directory: {fallback}, every_steps")
        Path(config).write_text(text)
        runs.finish(runs.train(config, "--resume"), 0)
        newest = runs.checkpoints(fallback)[-1]
        if runs.differences(newest, folder / "good/run/latest.weights.h5"):
            raise SystemExit("full file system: the fallback's checkpoint is not that of the good run")
        os.unlink(place / "ballast")
        runs.finish(runs.train(config, "--resume", "--epochs", str(EPOCHS + 1)), 0)
        if runs.step(runs.checkpoints(place / "run")[-1]) <= runs.step(newest):
            raise SystemExit("full file system: nothing was written to it when it had room again")
        return "a real file system that is full was survived, with and without a fallback directory"
    finally:
        subprocess.run(["umount", place], check=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="martlet-failing-") as folder:
        folder = Path(folder)
        library = runs.shim(folder)
        parts = calls_of_checkpoints(folder, library)
        if not CALLS <= {name for part in parts for _, name in part}:
            raise SystemExit(f"not every kind of call was seen: {parts}")
        # The one with the most calls: it moves both links and removes an older file.
        chosen = parts if options.all else [max(parts, key=len)]
        tried = collections.Counter()
        for part, number, name in ((part, *call) for part in chosen for call in part):
            for error in ERRORS:
                one_failure(folder, library, number, name, error, makes_safe(part, number))
                tried[name] += 1
        for number, name in chosen[-1]:
            # After that, the last checkpoint is durable.
            if makes_safe(chosen[-1], number):
                broken_from(folder, library, number, name, errno.EIO)
        without_locks(folder, library)
        without_links(folder, library)
        full = full_file_system(folder)
        names = ", ".join(f"{count} {name}" for name, count in sorted(tried.items()))
        print(f"{sum(tried.values())} failed calls ({names}): every run continued to the bytes of the good one, and so did those "
            f"without locks or without links; {full}")


main()
