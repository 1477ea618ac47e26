#!/usr/bin/env python3
"""Replays the writes of a training, recorded by strace, and simulates a power cut after every call.

The disk model is the weakest that POSIX allows: the bytes of a file are durable once it is synced, and before that any
subset of them may be present; changes of names in a directory (create, rename, link, unlink) are durable once the
directory is synced, and before that any subset of them may be present. Every state that the disk can be in after a cut is
built and checked: each file under a final name is complete, both links point to one, and the newest is no older than the
last durable one. Then the run is resumed from each state, and ends with the same bytes. Finally a run with --overwrite
replaces that one: in each state there is a good checkpoint, of the old run or of the new.
"""

import hashlib
import itertools
import os
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import martlet_runs as runs

EPOCHS = 2
CALLS = "openat,write,fsync,rename,symlink,unlink,mkdir,close"


def record(config, log, *arguments):
    runs.need("strace")
    command = ["strace", "-f", "-qq", "-xx", "-s", "8000000", "-e", f"trace={CALLS}", "-e", "signal=none", "-o", log]
    command += [runs.MARTLET, "train", config, "--verbose", "0", "--workers", "2", *arguments]
    result = subprocess.run(command, stderr=subprocess.PIPE, text=True)
    if result.returncode:
        sys.exit(f"a training under strace failed: {result.stderr.strip()}")


def finished_calls(log):
    """(name, arguments, result) of each call that succeeded, in order of completion."""
    waiting = {}
    for line in open(log):
        process, text = line.rstrip("\n").split(None, 1)
        if text.endswith("<unfinished ...>"):
            waiting[process] = text[: -len("<unfinished ...>")].rstrip()
            continue
        resumed = re.match(r"<\.\.\. \w+ resumed>(.*)", text)
        if resumed:
            text = waiting.pop(process) + resumed[1]
        call = re.match(r"(\w+)\((.*)\)\s+= (-?\d+)", text)
        if call and int(call[3]) >= 0:
            strings = [bytes.fromhex(s.replace("\\x", "")) for s in re.findall(r'"((?:\\x[0-9a-f]{2})*)"', call[2])]
            yield call[1], call[2], strings, int(call[3])


#: Inode numbers.
inodes = itertools.count()


def events(log, directory):
    """The events on the files of a directory, in order."""
    directory, found, open_files = str(directory), [], {}

    def name(path):
        path = os.fsdecode(path)
        return os.path.basename(path) if os.path.dirname(path) == directory and "run.lock" not in path else None

    for call, arguments, strings, result in finished_calls(log):
        descriptor = int(arguments.split(",")[0].split(")")[0]) if call in ("write", "fsync", "close") else None
        if call == "openat":
            path = os.fsdecode(strings[0])
            if path in (directory, os.path.dirname(directory)):
                open_files[result] = ("directory" if path == directory else "parent",)
            elif name(strings[0]) and "O_CREAT" in arguments:
                open_files[result] = ("file", next(inodes))
                found.append(("create", name(strings[0]), open_files[result][1]))
        elif call == "close":
            open_files.pop(descriptor, None)
        elif call == "write" and descriptor in open_files:
            found.append(("write", open_files[descriptor][1], strings[0]))
        elif call == "fsync" and descriptor in open_files:
            found.append(("sync", *open_files[descriptor]))
        elif call == "mkdir" and os.fsdecode(strings[0]) == directory:
            found.append(("mkdir",))
        elif call == "rename" and name(strings[1]):
            found.append(("rename", name(strings[0]), name(strings[1])))
        elif call == "symlink" and name(strings[1]):
            found.append(("symlink", name(strings[1]), os.fsdecode(strings[0])))
        elif call == "unlink" and name(strings[0]):
            found.append(("unlink", name(strings[0])))
    return found


def apply(entries, event):
    kind, name, *rest = event
    if kind in ("create", "symlink"):
        entries[name] = rest[0]
    elif kind == "unlink":
        entries.pop(name, None)
    else:
        entries[rest[0]] = entries.pop(name)


def is_good(content):
    lines = content[:512].rstrip(b"\0").decode(errors="replace").split("\n")
    return lines[0] == "MARTLET CHECKPOINT" and lines[3] == f"sha256 {hashlib.sha256(content[512:]).hexdigest()}"


class Disk:
    """The durable state of the disk, and the pending changes."""

    def __init__(self):
        self.written, self.synced = {}, {}
        # Names as programs see them, the durable names, and the changes since.
        self.seen, self.safe, self.pending = {}, {}, []
        self.good = {}

    def do(self, event):
        kind = event[0]
        if kind == "write":
            self.written[event[1]] = self.written.get(event[1], b"") + event[2]
        elif kind == "sync" and event[1] == "file":
            self.synced[event[2]] = self.written.get(event[2], b"")
        elif kind == "sync" and event[1] == "directory":
            self.safe, self.pending = dict(self.seen), []
        elif kind in ("create", "rename", "symlink", "unlink"):
            # The inode is part of the event, so that a rename may be durable without the old name.
            if kind == "rename":
                event = ("rename", event[1], event[2], self.seen[event[1]])
            apply(self.seen, event[:3])
            self.pending.append(event)

    def outcomes(self):
        """Every directory state after a cut: names with inodes or link targets."""
        for chosen in itertools.product([False, True], repeat=len(self.pending)):
            entries = dict(self.safe)
            for event in itertools.compress(self.pending, chosen):
                if event[0] == "rename":
                    entries.pop(event[1], None)
                    entries[event[2]] = event[3]
                else:
                    apply(entries, event)
            yield entries

    def contents(self, inode):
        """All possible contents of a file."""
        written = self.written.get(inode, b"")
        if self.synced.get(inode) == written:
            return [written]
        return [b"", written[: len(written) // 2], bytes(len(written)), written]

    def all_good(self, inode):
        key = (inode, len(self.written.get(inode, b"")), inode in self.synced)
        if key not in self.good:
            self.good[key] = all(is_good(content) for content in self.contents(inode))
        return self.good[key]


def is_final(name):
    return name.startswith("step-") and name.endswith(".weights.h5")


class Lost(Exception):
    """A disk state from which a run could not resume as guaranteed."""


def check(entries, disk, safe_step, where):
    for name, value in entries.items():
        if is_final(name) and not disk.all_good(value):
            raise Lost(f"{where}: {name} may be half written")
        if isinstance(value, str) and not name.endswith(".partial") and not isinstance(entries.get(value), int):
            raise Lost(f"{where}: {name} leads nowhere: {value}")
    newest = max([runs.step(name) for name in entries if is_final(name)], default=0)
    if newest < safe_step:
        raise Lost(f"{where}: the newest checkpoint is {newest}, that of step {safe_step} was safe")


def states_of(history):
    """Yields each possible disk state, checked, with the disk."""
    disk, safe_step = Disk(), 0
    for number, event in enumerate(history):
        disk.do(event)
        safe_step = max([runs.step(name) for name in disk.safe if is_final(name)] + [safe_step])
        for entries in disk.outcomes():
            check(entries, disk, safe_step, f"after call {number} ({event[0]} {event[1:2]})")
            yield entries, disk


def check_overwriting(history, overwriting):
    """Checks that each state after each call of a replacing run has a checkpoint; returns the number of states."""
    disk, states = Disk(), 0
    for event in history:
        disk.do(event)
    for number, event in enumerate(overwriting):
        disk.do(event)
        for entries in disk.outcomes():
            where = f"--overwrite, after call {number} ({event[0]} {event[1:2]})"
            check(entries, disk, 0, where)
            if not any(is_final(name) for name in entries):
                raise SystemExit(f"{where}: no checkpoint is left")
            states += 1
    return states


def check_the_check(history):
    """Checks that a history without file syncs, or without directory syncs, is rejected."""
    for kind in ("file", "directory"):
        try:
            count = sum(1 for _ in states_of([event for event in history if event[:2] != ("sync", kind)][:40]))
        except Lost:
            continue
        raise SystemExit(f"without the syncs of each {kind}, {count} states passed: this script checks nothing")


def write_out(entries, disk, directory, chance):
    directory.mkdir()
    for name, value in entries.items():
        if isinstance(value, str):
            os.symlink(value, directory / name)
        else:
            (directory / name).write_bytes(chance.choice(disk.contents(value)))


def main():
    chance = random.Random(1)
    with tempfile.TemporaryDirectory(prefix="martlet-power-") as folder:
        folder = Path(folder)
        whole = folder / "whole"
        whole.mkdir()
        config, log = runs.configuration(whole, EPOCHS), folder / "calls"
        record(config, log)
        history = events(log, whole / "run")
        kinds = [event[:2] if event[0] == "sync" else event[:1] for event in history]
        if kinds.index(("mkdir",)) > kinds.index(("sync", "parent")):
            raise SystemExit("the directory of the run is not synced into the one above it")
        checkpoints = sum(event[0] == "rename" and is_final(event[2]) for event in history)
        if checkpoints < 4:
            raise SystemExit(f"only {checkpoints} checkpoints were seen: {history}")
        check_the_check(history)
        kept = []
        for entries, disk in states_of(history):
            kept.append(folder / f"state-{len(kept)}" / "run")
            kept[-1].parent.mkdir()
            write_out(entries, disk, kept[-1], chance)
        best = runs.step((whole / "run/best.weights.h5").resolve())
        for directory in kept:
            again = runs.configuration(directory.parent, EPOCHS)
            runs.finish(runs.train(again, "--resume-or-start"), 0)
            different = runs.differences(directory / "latest.weights.h5", whole / "run/latest.weights.h5")
            if runs.step((directory / "best.weights.h5").resolve()) != best:
                raise SystemExit(f"{directory}: the best checkpoint is not that of the uninterrupted run")
            if different:
                raise SystemExit(f"{directory}: resumed to other bytes: {different}")
        record(config, log, "--overwrite", "--seed", "4")
        replaced = check_overwriting(history, events(log, whole / "run"))
        print(
            f"{checkpoints} checkpoints, {len(history)} calls, the power cut after each of them: {len(kept)} states of the "
            f"disk, in all of them every final name is whole and the newest safe checkpoint is there; all of them resumed "
            f"to the bytes of the uninterrupted run; {replaced} states while another run took its place, a good checkpoint in each")


main()
