"""Shared by the scripts in this directory: the command, small runs, and the contents of a checkpoint."""

import hashlib
import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path

if sys.version_info < (3, 9):
    sys.exit(f"needs Python 3.9 or newer, this is {sys.version.split()[0]}")
try:
    import h5py
except ImportError:
    sys.exit(f"needs h5py, which {sys.executable} does not have: pip install h5py, in a virtual environment whose python "
             "then runs this script")

ROOT = Path(__file__).resolve().parents[2]
#: The command; MARTLET names another build of it.
MARTLET = os.environ.get("MARTLET", str(ROOT / ".build/debug/martlet"))
if not os.access(MARTLET, os.X_OK) or os.path.isdir(MARTLET):
    sys.exit(f"needs the command, and {MARTLET} is none: build it (swift build), or name it (MARTLET=PATH)")

#: Every callback with state, and a small network with every kind of parameter.
CONFIGURATION = """
name: survive
data: {{dataset: digits, train_count: 1100, test_count: 200}}
model:
  - conv2d: {{filters: 4, kernel_size: [5, 5], activation: relu}}
  - max_pooling2d
  - flatten
  - dense: {{units: 20, activation: relu}}
  - dense: {{units: 10, activation: softmax}}
fit: {{epochs: {epochs}, batch_size: 100, seed: 3}}
callbacks:
  - early_stopping: {{monitor: val_loss, patience: 1000, restore_best_weights: true}}
  - reduce_lr_on_plateau: {{monitor: loss, min_delta: 0.1, patience: 2, factor: 0.7}}
  - csv_log: {{filename: {directory}/epochs.csv}}
checkpoints: {{directory: {directory}/run, every_steps: 5, keep_last: 3}}
"""


def need(*programs):
    """Exits with a message unless all programs are available."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        sys.exit(f"needs {' and '.join(missing)}, not found in PATH")


def configuration(directory, epochs, has_events=False):
    """Writes a configuration of a run below `directory`, with or without event files for TensorBoard."""
    path = Path(directory) / "run.yml"
    text = CONFIGURATION.format(epochs=epochs, directory=directory)
    if has_events:
        events = f"tensorboard: {{directory: {directory}/logs, histogram_freq: 1, mistakes: 4}}"
        text = text.replace("callbacks:\n", f"callbacks:\n  - {events}\n")
    path.write_text(text)
    return str(path)


def shim(directory):
    """Compiles Disk.swift, and returns the path of the library."""
    need("swiftc")
    library = Path(directory) / "disk.so"
    source = Path(__file__).with_name("Disk.swift")
    subprocess.run(["swiftc", "-O", "-swift-version", "6", "-emit-library", "-o", library, source], check=True)
    return str(library)


def train(config, *arguments, environment=None, **options):
    """Starts a training, capturing its output for messages."""
    return subprocess.Popen(
        [MARTLET, "train", config, "--verbose", "0", "--workers", "2", *arguments],
        env={**os.environ, **(environment or {})}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        **options)


def finish(process, *statuses):
    """Waits for a training and returns its output. Exits if it ends with another status."""
    try:
        output, _ = process.communicate(timeout=1200)
    except subprocess.TimeoutExpired:
        process.kill()
        sys.exit("the training did not end within 20 minutes")
    if process.returncode not in statuses:
        sys.exit(f"the training ended with {process.returncode}, not {statuses}:\n{output}")
    return output


def problem(path):
    """What is wrong with a checkpoint, found without Martlet; None if it is good."""
    content = Path(path).read_bytes()
    lines = content[:512].rstrip(b"\0").decode(errors="replace").split("\n")
    values = dict(line.split(" ", 1) for line in lines[1:] if " " in line)
    if lines[0] != "MARTLET CHECKPOINT":
        return "no checkpoint"
    if len(content) != 512 + int(values["bytes"]):
        return f"{len(content)} bytes"
    if hashlib.sha256(content[512:]).hexdigest() != values["sha256"]:
        return "another digest"
    return None


def checkpoints(directory):
    """The checkpoints of a run under their final names, oldest first."""
    return sorted(Path(directory).glob("step-*.weights.h5")) if Path(directory).exists() else []


def step(path):
    return int(Path(path).name.split("-")[1].split(".")[0])


def state(path):
    """Everything that determines how a run continues, by name: bytes of weights, optimizer, history, callbacks. No seconds."""
    found = {}

    def visit(name, item):
        if isinstance(item, h5py.Dataset) and "seconds" not in name:
            found[name] = item[()].tobytes()
        if name == "martlet":
            for key, value in item.attrs.items():
                found[f"martlet@{key}"] = str(value).encode()

    with h5py.File(path) as file:
        for part in ["model_weights", "optimizer", "martlet"]:
            visit(part, file[part])
            file[part].visititems(lambda name, item, part=part: visit(f"{part}/{name}", item))
    # Contains the position in the run.
    found.pop("martlet/configuration")
    return found


def differences(left, right):
    """The names of the differences between two checkpoints."""
    left, right = state(left), state(right)
    return [name for name in sorted(left.keys() | right.keys()) if left.get(name) != right.get(name)]


def points(directory):
    """What TensorBoard shows of a run: for each directory and series its steps, with the values of numbers."""
    try:
        from tensorboard.backend.event_processing import event_accumulator
    except ImportError:
        sys.exit(f"needs tensorboard, which {sys.executable} does not have: pip install tensorboard")
    logging.getLogger("tensorboard").setLevel(logging.ERROR)
    found = {}
    for part in ["train", "validation"]:
        everything = {kind: 0 for kind in event_accumulator.DEFAULT_SIZE_GUIDANCE}
        reader = event_accumulator.EventAccumulator(str(Path(directory) / part), size_guidance=everything)
        reader.Reload()
        tags = reader.Tags()
        for tag in tags["scalars"]:
            found[part, tag] = [(event.step, event.value) for event in reader.Scalars(tag)]
        for tag in tags["histograms"]:
            found[part, tag] = [event.step for event in reader.Histograms(tag)]
        for tag in tags["images"]:
            found[part, tag] = [event.step for event in reader.Images(tag)]
    return found


def csv_without_seconds(path):
    lines = [line.split(",") for line in Path(path).read_text().split("\n")]
    seconds = lines[0].index("seconds")
    return [line[:seconds] + line[seconds + 1:] for line in lines]
