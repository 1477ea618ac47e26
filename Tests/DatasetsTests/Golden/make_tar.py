#!/usr/bin/env python3
"""Makes the tar archives of TarReaderTests with Python's tarfile and GNU tar: the same members in each format.

Usage: make_tar.py OUTPUT_DIRECTORY
"""

import io
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile

LONG = "/".join(["directory" * 5] * 2) + "/" + "n" * 60 + ".bin"
LONGER = "/".join(["d" * 60] * 5) + "/" + "m" * 120 + ".bin"
FILES = {"data/a.bin": bytes(range(256)) * 5, "data/empty": b"", "data/block": b"x" * 512, "data/é.txt": b"text\n"}


def members(long):
    return FILES | {f"data/{name}": name[-5:].encode() * 300 for name in long}


def python(path, form, long, mode="w:gz"):
    with tarfile.open(path, mode, format=form) as archive:
        directory = tarfile.TarInfo("data")
        directory.type = tarfile.DIRTYPE
        archive.addfile(directory)
        for name, content in members(long).items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        for kind, name in ((tarfile.SYMTYPE, "data/link"), (tarfile.LNKTYPE, "data/hard"), (tarfile.FIFOTYPE, "data/fifo")):
            member = tarfile.TarInfo(name)
            member.type = kind
            member.linkname = "data/a.bin"
            archive.addfile(member)


def gnu(path, form, long):
    with tempfile.TemporaryDirectory() as directory:
        for name, content in members(long).items():
            file = pathlib.Path(directory, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        os.symlink("a.bin", f"{directory}/data/link")
        subprocess.run(
            ["tar", "-C", directory, f"--format={form}", "--sort=name", "--mtime=@0", "--owner=0", "--group=0", "-czf", path,
             "./data"], check=True, env={"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]})


def sparse(path, form):
    with tempfile.TemporaryDirectory() as directory:
        with open(f"{directory}/sparse.bin", "wb") as file:
            file.seek(1 << 20)
            file.write(b"end")
        subprocess.run(
            ["tar", "-C", directory, f"--format={form}", "--sparse", "--mtime=@0", "-czf", path, "sparse.bin"], check=True)


output = pathlib.Path(sys.argv[1])
python(output / "python-ustar.tar.gz", tarfile.USTAR_FORMAT, [LONG])
python(output / "python-gnu.tar.gz", tarfile.GNU_FORMAT, [LONG, LONGER])
python(output / "python-pax.tar.gz", tarfile.PAX_FORMAT, [LONG, LONGER])
python(output / "python-plain.tar", tarfile.PAX_FORMAT, [LONG, LONGER], "w")
gnu(output / "gnu-v7.tar.gz", "v7", [])
gnu(output / "gnu-ustar.tar.gz", "ustar", [LONG])
gnu(output / "gnu-gnu.tar.gz", "gnu", [LONG, LONGER])
gnu(output / "gnu-pax.tar.gz", "pax", [LONG, LONGER])
sparse(output / "sparse-gnu.tar.gz", "gnu")
sparse(output / "sparse-pax.tar.gz", "pax")
