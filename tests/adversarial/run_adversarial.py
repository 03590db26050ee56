#!/usr/bin/env python3
"""Shows cooper hostile images, Dockerfiles and contexts, and lets the shared oracle judge.

  run_adversarial.py unpack|base|contexts|run [--only RE] [--user]

  unpack    layers through `cooper image unpack`
  base      layers as the base of a build with a RUN
  contexts  Dockerfiles and contexts without a RUN
  run       Dockerfiles with a RUN, with --isolation userns

Generators and oracle are in adversarial/ of the folder that COOPER_SHARED names (default:
`shared` beside the checkout); COOPER names the program. What they write goes to a temporary
directory. With --user (as root) everything runs as an ordinary user.

`base` and `run` execute hostile commands: they need root, and run in pid and mount namespaces
of their own with a limited number of processes and 1.5 GB for all files. Where the number of
processes cannot be limited (a pids cgroup) the cases of DANGEROUS are left out, by name.

Prints `SUITE judged: N of M good` and fails unless all are but those of KNOWN, each of which
must fail as it says there. Exit status 77: nothing could be tried, the last line says why.
"""
import argparse
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SKIPPED = 77
USER = 54321
DANGEROUS = ("fork-bomb", "kill-all", "disk-fill")
PROCESSES = 4000

# Cases whose verdict is not cooper's fault, and what is tested in their place.
KNOWN = {
    # The generator writes a sound image here (its empty manifest counts as "unchanged").
    # image_test.py shows an empty manifest.
    "json-empty": "ACCEPTED",
    # The command of a RUN is process 1 of its namespace, as in the reference (conformance
    # case run-004-kill-pid1), and the kernel spares that: the command succeeds.
    "exit-signal": "ACCEPTED",
}

# A base image as hostile as the case, and enough in it to run something.
BASE_DOCKERFILE = """FROM base
COPY busybox /bin/busybox
RUN ["/bin/busybox", "id"]
"""


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


def suite_folder():
    shared = os.environ.get("COOPER_SHARED") or HERE.parents[2] / "shared"
    suite = pathlib.Path(shared).resolve() / "adversarial"
    if not (suite / "oracle.py").exists():
        skip(f"there is no {suite}; set COOPER_SHARED to the folder that holds `adversarial`")
    return suite


def install(folder):
    """The program where every user may start it."""
    program = os.environ.get("COOPER")
    if not program:
        sys.exit("COOPER is not set; it names the program under test")
    folder.mkdir()
    for name in ("cooper", "cooper-runner"):
        shutil.copy(pathlib.Path(program).resolve().parent / name, folder / name)
    return folder / "cooper"


def oracle_words(suite, options, folder):
    """What the oracle is asked, beside --only."""
    cooper = shlex.quote(str(folder / "bin/cooper"))
    # Outside of {out}, where a secret of the case's own would be looked for.
    build = f"{cooper} build --store {{out}}/../store --output type=oci,dest={{out}}/image.tar"
    if options.suite == "unpack":
        return ["layers", "--op", "unpack", "--root", "root", "--cmd",
                f"{cooper} image unpack --store {{out}}/store {{kind}}:{{layout}}:latest {{out}}/root"]
    if options.suite == "base":
        context = shlex.quote(str(folder / "context"))
        return ["layers", "--op", "build,run", "--cmd",
                f"mkdir {{out}}; {build} --isolation userns "
                f"--build-context base=oci-layout://{{layout}}:latest {context}"]
    dockerfile = f"{build} -f {{dockerfile}} {{args}} {{bases}}"
    if options.suite == "contexts":
        # An archive is no context of cooper's yet: it must be refused, not read.
        return ["contexts", "--op", "parse,graph,copy,net", "--cmd", f"{dockerfile} {{ctx}}",
                "--tar-cmd", f"{build} {{ctxtar}}"]
    return ["contexts", "--op", "run", "--cmd", f"{dockerfile} --isolation userns {{ctx}}"]


def user_files(folder):
    """passwd, subuid and subgid that know the user."""
    ids = folder / "ids"
    ids.mkdir()
    (ids / "passwd").write_text(pathlib.Path("/etc/passwd").read_text() +
                                f"cooper-test:x:{USER}:{USER}::{folder}:/bin/sh\n")
    for name in ("subuid", "subgid"):
        (ids / name).write_text("cooper-test:700000:65536\n")
        if not pathlib.Path("/etc", name).exists():
            skip(f"needs the file /etc/{name}, to mount another one on it")
    return ids


class ProcessLimit:
    """A cgroup for the number of processes, if one may be made."""

    def __init__(self, wanted):
        self.directory = None
        if not wanted:
            return
        for top in ("/sys/fs/cgroup/pids", "/sys/fs/cgroup"):
            directory = pathlib.Path(top, f"cooper-adversarial-{os.getpid()}")
            try:
                directory.mkdir()
                (directory / "pids.max").write_text(str(PROCESSES))
                self.directory = directory
                return
            except OSError:
                if directory.exists():
                    directory.rmdir()

    def join(self):
        if self.directory:
            (self.directory / "cgroup.procs").write_text(str(os.getpid()))

    def remove(self):
        if self.directory:
            self.directory.rmdir()


def wrapped(command, options, folder):
    """The command as the user, and where RUN is tried in namespaces."""
    become = []
    if options.user:
        become = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]
    if options.suite not in ("base", "run"):
        return become + command
    script = ('for name in passwd subuid subgid; do mount --bind "$1/$name" "/etc/$name" || exit 99; '
              'done; mount -t tmpfs -o size=1500m,mode=0777 tmpfs "$2" || exit 99; '
              'shift 2; exec "$@"')
    return ["unshare", "--pid", "--fork", "--kill-child", "--mount", "--mount-proc",
            "--propagation", "private", "sh", "-c", script, "sh", str(user_files(folder)),
            str(folder / "work"), *become, *command]


def check_needs(options):
    isolated = options.suite in ("base", "run")
    if (options.user or isolated) and os.geteuid() != 0:
        skip(f"`{options.suite}` needs root" + (", to become an ordinary user" if options.user else ""))
    needs = ["unshare", "setpriv", "newuidmap", "mount"] if isolated else []
    needs += ["setpriv"] if options.user else []
    for name in needs:
        if shutil.which(name) is None:
            skip(f"needs `{name}`; see scripts/packages.sh")
    if not pathlib.Path("/bin/busybox").exists():
        skip("needs /bin/busybox (package busybox-static)")


def judge(options, suite, folder, limit):
    for name in ("work", "context", "home"):
        (folder / name).mkdir()
    install(folder / "bin")
    (folder / "context/Dockerfile").write_text(BASE_DOCKERFILE)
    shutil.copy("/bin/busybox", folder / "context/busybox")
    if options.user:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, USER, USER)
    words = oracle_words(suite, options, folder)
    generate = [sys.executable, "-B", str(suite / f"gen_{words[0]}.py"), "--out",
                str(folder / "cases"), "--canary", str(folder / "canary"), "--only", options.only]
    become = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"] if options.user else []
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder / "home"), "LC_ALL": "C.UTF-8"}
    subprocess.run(become + generate, check=True, stdout=subprocess.DEVNULL, env=environment,
                   cwd=folder)
    left_out = [] if options.suite != "run" or limit.directory else list(DANGEROUS)
    if left_out:
        print(f"left out, since the number of processes cannot be limited here: {', '.join(left_out)}")
        words += ["--skip", f"^({'|'.join(left_out)})$"]
    command = [sys.executable, "-B", str(suite / "oracle.py"), *words, "--dir", str(folder / "cases"),
               "--work", str(folder / "work"), "-j", str(folder / "home/results.json")]
    with open(folder / "oracle.log", "w") as log:
        subprocess.run(wrapped(command, options, folder), stdout=log, stderr=log,
                       env=environment, cwd=folder, preexec_fn=limit.join)
    results = folder / "home/results.json"
    if not results.exists():
        sys.exit("the oracle ended early:\n" + (folder / "oracle.log").read_text()[-2000:])
    return json.loads(results.read_text()), (folder / "oracle.log").read_text()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("suite", choices=["unpack", "base", "contexts", "run"])
    parser.add_argument("--only", default="")
    parser.add_argument("--user", action="store_true")
    options = parser.parse_args()
    suite = suite_folder()
    check_needs(options)
    limit = ProcessLimit(options.suite in ("base", "run"))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="cooper-adversarial-"))
    try:
        results, log = judge(options, suite, folder, limit)
    finally:
        limit.remove()
        # Hostile trees have directories that nobody may enter.
        subprocess.run(["chmod", "-R", "u+rwx", folder], stderr=subprocess.DEVNULL)
        subprocess.run(["rm", "-rf", folder], check=True)
    bad = [result for result in results
           if result["bad"] != ([KNOWN[result["id"]]] if result["id"] in KNOWN else [])]
    for result in bad:
        print(f"{result['id']}: wanted {result['verdict']}, but {' '.join(result['bad']) or 'good'}")
        print("  " + result["tail"].strip().replace("\n", "\n  "))
    for line in re.findall(r"^skip .*", log, re.MULTILINE):
        print(line)
    known = sorted(result["id"] for result in results if result["id"] in KNOWN)
    if known:
        print(f"not counted, see KNOWN: {', '.join(known)}")
    good = len(results) - len(bad) - len(known)
    print(f"{options.suite} judged: {good} of {len(results) - len(known)} good")
    if bad or not results:
        sys.exit(1)


if __name__ == "__main__":
    main()
