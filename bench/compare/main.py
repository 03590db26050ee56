"""The workloads, run in turn for each builder, and their figures. Called by compare.sh."""

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path

import contexts
from builders import BarePipeline, Buildah, Cooper


def make_layout(cooper, context, layout):
    """The base images are made by cooper, as OCI layouts, for all builders."""
    if not layout.exists():
        subprocess.run([cooper.program, "build", "--store", cooper.state, "-t", "base:1", "--output",
                        f"type=oci,dest={layout},tar=false", context], check=True, stderr=cooper.log)


class Workloads:
    """Each yields (builder, measured cost, MB of the image or None) for one round."""

    def __init__(self, made, builders, bare, work):
        self.made, self.builders, self.bare, self.work = made, builders, bare, work
        self.number = 0

    def change_one_file(self):
        self.number += 1
        (self.made["tree"] / "data" / "changed.txt").write_text(f"version {self.number}\n")

    def copy(self):
        yield self.bare, self.bare.run(self.made["tree"] / "data"), self.bare.output_mb()
        for builder in self.builders:
            builder.clear()
            yield builder, builder.run(self.made["tree"]), builder.output_mb()

    def copy_changed(self):
        # The state of the round before, or of a build that is not counted.
        for builder in self.builders:
            builder.run(self.made["tree"])
        self.change_one_file()
        for builder in self.builders:
            yield builder, builder.run(self.made["tree"]), builder.output_mb()

    def copy_cached(self):
        for builder in self.builders:
            builder.run(self.made["tree"])
            yield builder, builder.run(self.made["tree"]), builder.output_mb()

    def runs(self):
        for builder in self.builders:
            yield builder, builder.run(self.made["runs"], cache=False), builder.output_mb()

    def runs_cached(self):
        for builder in self.builders:
            builder.run(self.made["runs"])
            yield builder, builder.run(self.made["runs"]), builder.output_mb()

    def five_runs(self, size):
        for builder in self.builders:
            if isinstance(builder, Cooper):
                make_layout(builder, self.made[size], self.work / f"base-{size}")
        name, layout = f"base-{size}", self.work / f"base-{size}"
        for builder in self.builders:
            builder.prepare_base(name, layout)
            base = (name, layout)
            # The base's files are there afterwards: the RUNs count, not its unpacking.
            builder.run(self.made["five"], f"Dockerfile.{size}", base=base)
            yield builder, builder.run(self.made["five"], f"Dockerfile.{size}", False, base), None

    def five_runs_small(self):
        return self.five_runs("small")

    def five_runs_large(self):
        return self.five_runs("large")

    ALL = {
        "copy": "COPY of 500 MB in 20,000 files, nothing in store",
        "copy_changed": "the same after one small file changed",
        "copy_cached": "the same, nothing changed",
        "runs": "20 RUNs of one small file on busybox, no cache",
        "runs_cached": "the same, nothing changed",
        "five_runs_small": "5 such RUNs on a base of 5 MB",
        "five_runs_large": "5 such RUNs on a base of 500 MB",
    }


def median_text(values, form):
    return format(statistics.median(values), form)


def print_table(title, rows):
    """rows: {builder's name: [(cost, MB)]}; ratios against cooper's medians."""
    print(f"\n{title}")
    print(f"  {'':10}{'CPU s':>8}{'(min-max)':>16}{'wall s':>9}{'peak MB':>9}{'out MB':>8}"
          f"{'CPU / cooper':>14}{'wall / cooper':>15}")
    ours = rows.get("cooper")
    for name, samples in rows.items():
        cpu = [cost.cpu_s for cost, _ in samples]
        wall = [cost.wall_s for cost, _ in samples]
        sizes = [size for _, size in samples if size is not None]
        line = (f"  {name:10}{median_text(cpu, '8.2f')}{f'({min(cpu):.2f}-{max(cpu):.2f})':>16}"
                f"{median_text(wall, '9.2f')}"
                f"{median_text([cost.peak_mb for cost, _ in samples], '9.0f')}"
                + (f"{median_text(sizes, '8.1f')}" if sizes else f"{'':8}"))
        if ours and name != "cooper":
            # Pair by pair: a machine that slows down slows both.
            pairs = [(cost.cpu_s / mine.cpu_s, cost.wall_s / mine.wall_s)
                     for (cost, _), (mine, _) in zip(samples, ours)]
            line += (f"{median_text([pair[0] for pair in pairs], '14.2f')}"
                     f"{median_text([pair[1] for pair in pairs], '15.2f')}")
        print(line, flush=True)


def main():
    parser = argparse.ArgumentParser(prog="bench/compare.sh")
    parser.add_argument("--runs", type=int, default=5, help="rounds of each workload")
    parser.add_argument("--only", default=",".join(Workloads.ALL), help="workloads, with commas")
    parser.add_argument("--builders", default="cooper,buildah")
    parser.add_argument("--work", type=Path, help="directory for contexts and states; kept")
    parser.add_argument("--bin", required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if unknown := set(options.only.split(",")) - set(Workloads.ALL):
        parser.error(f"no such workload: {', '.join(sorted(unknown))}; there are {', '.join(Workloads.ALL)}")

    work = options.work or Path(tempfile.mkdtemp(prefix="cooper-bench-"))
    work.mkdir(parents=True, exist_ok=True)
    log = open(work / "log", "w")
    builders = []
    for name in options.builders.split(","):
        if name == "cooper":
            builders.append(Cooper(work, log, options.bin))
        elif name == "buildah" and shutil.which("buildah") and os.geteuid() == 0:
            builders.append(Buildah(work, log))
        else:
            print(f"left out: {name} (not here, or needs root)")
    bare = BarePipeline(work, log, options.bin)
    print(f"{os.cpu_count()} processors, Linux {platform.release()}, load {os.getloadavg()[0]:.1f}; "
          f"medians of {options.runs} rounds")
    for builder in builders:
        print(f"{builder.name}: {builder.version()}")
    workloads = Workloads(contexts.make(work), builders, bare, work)
    for name in options.only.split(","):
        rows = {}
        for _ in range(options.runs):
            for builder, cost, size in getattr(workloads, name)():
                rows.setdefault(builder.name, []).append((cost, size))
        print_table(f"{name}: {Workloads.ALL[name]}", rows)
    for builder in builders:
        builder.clear()
    if options.work is None:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
