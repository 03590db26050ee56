#!/usr/bin/env python3
"""Builds the shared Dockerfile cases and compares them with the reference builder's facts.

  run_conformance.py --cooper PROGRAM [--filter AREA,GLOB...] [--jobs N] [--keep DIR]
                     [--isolation RUNG] [--user]

The cases are in conformance/ of the folder that COOPER_SHARED names (default: `shared`
beside the checkout). Every case has a store of its own, so none profits from another.

expected_failures.txt beside this file lists the cases that fail, with the reason. The run
fails when another case fails, and when a listed one passes: then its line has to go.
Exit status 77: nothing could be tried, the last line says why.
"""
import argparse
import fnmatch
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
SKIPPED = 77
REGISTRY = "127.0.0.1:5902"
# Tells who made a history entry, as the reference builder's own mark does, which the
# comparison leaves out as well.
OWN_COMMENT = "cooper.dockerfile.v0"
# The reference builder names the first line of the file; the fault is on the second.
BETTER_LINE = {"error-060-directive-duplicate", "error-062-line-too-long"}


def skip(reason):
    print(f"conformance skipped: {reason}")
    sys.exit(SKIPPED)


def suite_folder():
    shared = os.environ.get("COOPER_SHARED") or HERE.parents[2] / "shared"
    suite = pathlib.Path(shared).resolve() / "conformance"
    if not (suite / "run.py").exists():
        skip(f"there is no {suite}; set COOPER_SHARED to the folder that holds `conformance`")
    if os.getuid() != 0:
        skip("the cases need root: they have files of several owners")
    if not pathlib.Path("/bin/busybox").exists():
        skip("the base images need Debian's busybox-static")
    return suite


def need_user_namespaces(as_user):
    """Skips where the machine allows whoever runs cooper no user namespace."""
    become = []
    if as_user:
        for program in ("newuidmap", "newgidmap", "setpriv"):
            if not shutil.which(program):
                skip(f"an ordinary user needs {program} for --isolation userns")
        become = ["setpriv", f"--reuid={OrdinaryUser.UID}", f"--regid={OrdinaryUser.UID}",
                  "--clear-groups"]
    tried = subprocess.run([*become, "unshare", "--user", "true"], text=True, check=False,
                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if tried.returncode != 0:
        skip(f"no user namespace is allowed here: {tried.stderr.strip()}")


def read_expected_failures():
    expected = {}
    for number, line in enumerate((HERE / "expected_failures.txt").read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = re.fullmatch(r"(\S+)\s+(\S.*)", line)
        if not match or match.group(1) in expected:
            sys.exit(f"expected_failures.txt:{number}: a line is a case and, once, its reason")
        expected[match.group(1)] = match.group(2)
    return expected


class Registry:
    """A registry at REGISTRY while the cases run; not `ready` when it cannot be had."""

    def __init__(self, folder):
        self.process = None
        self.ready = False
        if not shutil.which("docker-registry") or not shutil.which("skopeo") or self.answers():
            return
        folder.mkdir()
        config = folder / "config.yml"
        config.write_text(
            "version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\n"
            f"storage: {{filesystem: {{rootdirectory: {folder}/data}}}}\n"
            f"http: {{addr: '{REGISTRY}'}}\n")
        self.process = subprocess.Popen(["docker-registry", "serve", config],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            if self.answers() and self.process.poll() is None:
                self.ready = True
                return
            time.sleep(0.05)

    @staticmethod
    def answers():
        host, port = REGISTRY.split(":")
        with socket.socket() as client:
            return client.connect_ex((host, int(port))) == 0

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()


def case_names(suite, filters, with_registry):
    names = []
    for case in sorted((suite / "cases").iterdir()):
        if not (case / "case.json").exists():
            continue
        if not any(fnmatch.fnmatch(case.name, glob) or case.name.startswith(glob + "-")
                   for glob in filters):
            continue
        if not with_registry and json.loads((case / "case.json").read_text()).get("registry"):
            print(f"not run: {case.name} needs docker-registry and skopeo, and {REGISTRY} to be free")
            continue
        names.append(case.name)
    return names


def forget_own_comment(facts_folder):
    for path in facts_folder.glob("*.json"):
        facts = json.loads(path.read_text())
        for entry in facts.get("history", []):
            if entry.get("comment") == OWN_COMMENT:
                del entry["comment"]
        path.write_text(json.dumps(facts))


class OrdinaryUser:
    """Somebody made up, with a range of subordinate ids, to run cooper as."""

    NAME, UID = "cooper-conformance", 54321

    def __init__(self, cooper, folder):
        self.folder = folder
        (folder / "bin").mkdir(parents=True)
        # The user may not be able to enter the build directory.
        for name in ("cooper", "cooper-runner"):
            shutil.copy(cooper.parent / name, folder / "bin" / name)
        passwd = f"{self.NAME}:x:{self.UID}:{self.UID}::{folder}:/bin/sh\n"
        (folder / "passwd").write_text(pathlib.Path("/etc/passwd").read_text() + passwd)
        for name in ("subuid", "subgid"):
            (folder / name).write_text(f"{self.NAME}:700000:65536\n")
        mounts = "".join(f"mount --bind {folder}/{name} /etc/{name}\n"
                         for name in ("passwd", "subuid", "subgid"))
        (folder / "become").write_text(
            # A change of owner clears set-id bits.
            f"set -e\nmodes=$(find \"$1\" -type f -perm /6000 -printf 'chmod %m %p\\n')\n"
            f"chown -hR {self.UID}:{self.UID} \"$1\"\neval \"$modes\"\nshift\n{mounts}"
            f"exec setpriv --reuid={self.UID} --regid={self.UID} --clear-groups \"$@\"\n")

    def command(self):
        """A template of run.py: gives the case to the user and becomes them."""
        return (f"HOME={self.folder} unshare --mount --propagation private sh "
                f"{self.folder}/become {{work}} {self.folder}/bin/cooper")


def run_cases(suite, cooper, names, work, jobs, isolation):
    environment = dict(os.environ, CONF_BASES=str(work / "bases"), CONF_WORK=str(work / "cases"))
    for variable in ("SOURCE_DATE_EPOCH", "COOPER_STORE"):
        environment.pop(variable, None)
    facts = work / "facts"
    results = work / "results.json"
    command = (f"{cooper} build --store {{work}}/store --progress quiet --isolation {isolation} "
               f"--insecure-registry {REGISTRY} -f {{dockerfile}} {{args}} {{context}}")
    # A name is its own pattern; run.py takes them separated by commas.
    runner = [sys.executable, suite / "run.py", "--jobs", str(jobs), "--filter", ",".join(names),
              "--cmd", command]
    subprocess.run([*runner, "--dump", facts], env=environment, check=False,
                   stdout=subprocess.DEVNULL)
    forget_own_comment(facts)
    subprocess.run([*runner, "--reuse", facts, "--json", results], env=environment, check=False,
                   stdout=subprocess.DEVNULL)
    return json.loads(results.read_text())


def needs_run(suite, name):
    """Whether the case runs a command, here or by a trigger of its base."""
    text = (suite / "cases" / name / "Dockerfile")
    text = text.read_bytes().decode(errors="replace") if text.exists() else ""
    return re.search(r"^\s*(ONBUILD\s+)?RUN\b", text, re.I | re.M) is not None


def error_lines(log):
    """The lines of the Dockerfile that the errors in a build's output name."""
    return {int(line) for line in re.findall(r"^\S[^\n]*?:(\d+):\d+: error: ", log, re.M)}


def language_figures(suite, results, logs):
    """Prints how much of the language, without RUN, comes out as the reference builder has it;
    tells whether each error names the right line."""
    configs, lines = [], []
    for result in results:
        facts = json.loads((suite / "cases" / result["id"] / "expected.json").read_text())
        if facts["result"] == "error":
            log = (logs / f"{result['id']}.log").read_text(errors="replace")
            wanted = set(facts["error"]["lines"])
            lines.append((result["id"], "result" in result["equal"]
                          and (not wanted or bool(wanted & error_lines(log)))))
        elif not needs_run(suite, result["id"]):
            configs.append((result["id"], {"result", "config"} <= set(result["equal"])))
    for name, figures in (("without RUN, the same config", configs),
                          ("errors, at the same line", lines)):
        print(f"{name}: {sum(ok for _, ok in figures)}/{len(figures)}")
        for case, ok in figures:
            if not ok:
                print(f"    not {case}" + (", on purpose" if case in BETTER_LINE else ""))
    return all(ok or case in BETTER_LINE for case, ok in lines)


def report(results, expected):
    areas = {}
    unexpected = []
    for result in results:
        name = result["id"]
        area = areas.setdefault(re.sub(r"-\d+-.*", "", name), [0, 0])
        area[0] += result["ok"]
        area[1] += 1
        if not result["ok"] and name not in expected:
            text = "\n".join("    " + line for line in result["text"].splitlines()
                             if "not required" not in line)
            unexpected.append(f"FAIL {name}\n{text}")
        elif result["ok"] and name in expected:
            unexpected.append(f"PASS {name}: expected to fail ({expected[name]}); "
                              "take its line out of expected_failures.txt")
    for area, (passed, total) in sorted(areas.items()):
        print(f"{area:<10} {passed:>3}/{total}")
    print(f"{'all':<10} {sum(a[0] for a in areas.values()):>3}/{sum(a[1] for a in areas.values())}")
    for line in unexpected:
        print(line)
    return 1 if unexpected else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cooper", required=True)
    parser.add_argument("--filter", default="*")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--isolation", default="auto", help="as `cooper build` has it")
    parser.add_argument("--user", action="store_true", help="run cooper as an ordinary user")
    parser.add_argument("--keep", help="work in this folder and leave everything there")
    options = parser.parse_args()
    suite = suite_folder()
    if options.isolation in ("userns", "userns1"):
        need_user_namespaces(options.user)
    expected = read_expected_failures()
    if options.keep:
        pathlib.Path(options.keep).mkdir(parents=True, exist_ok=True)
    work = pathlib.Path(options.keep or tempfile.mkdtemp(prefix="cooper-conformance."))
    work.chmod(0o755)
    cooper = pathlib.Path(options.cooper).resolve()
    registry = Registry(work / "registry")
    try:
        bases = [suite / "make-base.sh", work / "bases"] + ([REGISTRY] if registry.ready else [])
        subprocess.run(bases, check=True, stdout=subprocess.DEVNULL)
        names = case_names(suite, options.filter.split(","), registry.ready)
        if options.user:
            cooper = OrdinaryUser(cooper, work / "user").command()
        results = run_cases(suite, cooper, names, work, options.jobs, options.isolation)
        status = report(results, expected)
        if not language_figures(suite, results, work / "cases"):
            status = 1
        gone = [name for name in expected if not (suite / "cases" / name).exists()]
        for name in gone:
            print(f"expected_failures.txt: there is no case {name}")
        sys.exit(1 if gone else status)
    finally:
        registry.stop()
        if not options.keep:
            shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
