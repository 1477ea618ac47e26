#!/usr/bin/env python3
"""Runs configs/slurm/mnist-cnn.sbatch on a real Slurm of one node, with a time limit shorter than the training.

Needs Debian's slurm-wlm and munge, and root. Brings up munged, slurmctld and slurmd on the loopback interface, submits
an array of two seeds, and passes if every task was requeued until it was done and ended with the bytes of an
uninterrupted run. Takes some minutes: Slurm counts time limits in minutes.
"""

import os
import pwd
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import martlet_runs as runs

SEEDS = [1, 2]
CONFIGURATION = """
name: slurm
data: {dataset: digits}
model:
  - conv2d: {filters: 10, kernel_size: [5, 5], activation: relu}
  - max_pooling2d
  - flatten
  - dense: {units: 100, activation: relu}
  - dense: {units: 10, activation: softmax}
fit: {epochs: EPOCHS}
checkpoints: {every_epochs: 50, keep_best: null}
"""
SLURM = """
ClusterName=martlet
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=5
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
ReturnToService=2
MpiDefault=none
SlurmctldPort=16817
SlurmdPort=16818
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SchedulerParameters=sched_interval=5,batch_sched_delay=0
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def start_munge(folder, processes):
    """Runs munged as a separate user, with a key for this test only."""
    user = pwd.getpwnam("munge")
    key = folder / "munge.key"
    key.write_bytes(os.urandom(128))
    key.chmod(0o400)
    for path in (folder, key):
        os.chown(path, user.pw_uid, user.pw_gid)
    # It trusts no directory writable by others, such as the temporary directory.
    processes.append(subprocess.Popen(
        ["munged", "--foreground", "--force", f"--key-file={key}", f"--socket={folder}/munge.socket",
         f"--pid-file={folder}/munged.pid", f"--log-file={folder}/munged.log", f"--seed-file={folder}/munged.seed"],
        user="munge", group="munge", stderr=subprocess.DEVNULL))


def start_slurm(folder, processes):
    start_munge(folder, processes)
    (folder / "slurm.conf").write_text(SLURM.format(host=socket.gethostname(), folder=folder))
    for name in ("state", "spool"):
        (folder / name).mkdir()
    os.environ["SLURM_CONF"] = str(folder / "slurm.conf")
    for _ in range(100):
        if (folder / "munge.socket").exists():
            break
        time.sleep(0.1)
    processes.append(subprocess.Popen(["slurmctld", "-D", "-i"], stderr=subprocess.DEVNULL))
    processes.append(subprocess.Popen(["slurmd", "-D"], stderr=subprocess.DEVNULL))
    for _ in range(300):
        state = subprocess.run(["sinfo", "-h", "-o", "%T"], capture_output=True, text=True).stdout.strip()
        if state == "idle":
            return
        time.sleep(0.2)
    sys.exit(f"Slurm did not come up: {(folder / 'slurmctld.log').read_text()[-2000:]}")


def sbatch(place, config):
    """Submits the unchanged script with a limit of one minute, and the warning 40 seconds before it."""
    environment = {
        **os.environ, "MARTLET": runs.MARTLET, "MARTLET_CONFIG": str(config), "MARTLET_OUTPUT": str(place / "runs")}
    command = [
        "sbatch", "--parsable", "--array=" + ",".join(map(str, SEEDS)), "--time=1", "--signal=B:USR1@40",
        "--cpus-per-task=1", f"--chdir={place}", str(runs.ROOT / "configs/slurm/mnist-cnn.sbatch"), "--verbose", "0"]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.strip()


def wait_for(job):
    """Waits until all tasks of the job are gone from the queue."""
    deadline = time.monotonic() + 1500
    while time.monotonic() < deadline:
        queue = subprocess.run(["squeue", "-h", "-j", job], capture_output=True, text=True)
        if not queue.stdout.strip():
            return
        time.sleep(1)
    sys.exit("the job did not end")


def seconds_per_epoch(place):
    """The time of an epoch on an otherwise idle core."""
    config = place / "probe.yml"
    config.write_text(CONFIGURATION.replace("EPOCHS", "20"))
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    runs.finish(runs.train(str(config), "--output", str(place / "probe"), "--workers", "1"), 0)
    return (resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before) / 20


def main():
    if os.geteuid() != 0:
        sys.exit("needs root: it starts munged, slurmctld and slurmd")
    missing = [program for program in ("munged", "slurmctld", "slurmd", "sbatch") if shutil.which(program) is None]
    if missing:
        sys.exit(f"needs Debian's slurm-wlm and munge (apt-get install slurm-wlm munge): there is no {', '.join(missing)}")
    processes = []
    with tempfile.TemporaryDirectory(prefix="martlet-slurm-") as folder:
        folder, place = Path(folder), Path(tempfile.mkdtemp(prefix="martlet-jobs-"))
        try:
            # Longer than a part of a run.
            epochs = int(90 / seconds_per_epoch(place))
            config = place / "slurm.yml"
            config.write_text(CONFIGURATION.replace("EPOCHS", str(epochs)))
            start_slurm(folder, processes)
            began = time.monotonic()
            wait_for(sbatch(place, config))
            seconds = time.monotonic() - began
            parts = []
            for seed in SEEDS:
                output = place / f"runs/seed-{seed}"
                log = (output / "run.jsonl").read_text()
                parts.append(log.count('"reason": "SIGUSR1"'))
                # Each part that started ended by itself.
                if parts[-1] < 1 or log.count('"event": "start"') != log.count('"event": "end"'):
                    sys.exit(f"seed {seed} was not requeued as it should: {log[-4000:]}")
                whole = place / f"whole-{seed}"
                runs.finish(runs.train(str(config), "--seed", str(seed), "--output", str(whole)), 0)
                different = runs.differences(output / "latest.weights.h5", whole / "latest.weights.h5")
                if different:
                    sys.exit(f"seed {seed}: not the bytes of the uninterrupted run: {different}")
            print(
                f"Slurm: {len(SEEDS)} seeds, {epochs} epochs each, requeued {parts} times, done after {seconds:.0f} s: "
                "the bytes of uninterrupted runs")
        finally:
            for process in reversed(processes):
                process.terminate()
                process.wait()
            shutil.rmtree(place)


main()
