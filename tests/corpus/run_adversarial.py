#!/usr/bin/env python3
"""Shows cooper hostile Dockerfiles and contexts, and lets the shared oracle judge.

  run_adversarial.py --cooper PROGRAM [--only RE]

Generator and oracle are in adversarial/ of the folder that COOPER_SHARED names (default:
`shared` beside the checkout). Of their cases those that need no file of the image are
tried: parsing and planning. Prints `hostile files judged: N of M good` and fails unless all
are. Exit status 77: nothing could be tried, the last line says why.
"""
import argparse
import importlib.util
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SKIPPED = 77
OPS = ("parse", "graph")


def suite_folder():
    shared = os.environ.get("COOPER_SHARED") or HERE.parents[2] / "shared"
    suite = pathlib.Path(shared).resolve() / "adversarial"
    if not (suite / "oracle.py").exists():
        print(f"corpus skipped: there is no {suite}; set COOPER_SHARED to the folder that "
              "holds `adversarial`")
        sys.exit(SKIPPED)
    return suite


def cases_of(suite):
    """The ids of the cases to try, as the generator lists them."""
    sys.path.insert(0, str(suite))
    spec = importlib.util.spec_from_file_location("gen_contexts", suite / "gen_contexts.py")
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    return [case["id"] for case in generator.CASES if case["op"] in OPS]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cooper", required=True)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    cooper = shlex.quote(str(pathlib.Path(options.cooper).resolve()))
    suite = suite_folder()
    sys.dont_write_bytecode = True
    ids = [case for case in cases_of(suite) if re.search(options.only, case)]
    wanted = f"^({'|'.join(map(re.escape, ids))})$"

    with tempfile.TemporaryDirectory(prefix="cooper-adversarial-") as name:
        folder = pathlib.Path(name)
        subprocess.run([sys.executable, "-B", suite / "gen_contexts.py", "--out", folder / "cases",
                        "--canary", folder / "canary", "--only", wanted],
                       check=True, stdout=subprocess.DEVNULL)
        oracle = subprocess.run(
            [sys.executable, "-B", suite / "oracle.py", "contexts", "--dir", folder / "cases",
             "--work", folder / "work", "-j", folder / "results.json", "--op", ",".join(OPS),
             "--cmd", f"{cooper} build --store {{out}}/store -f {{dockerfile}} "
                      "--output type=oci,dest={out}/image.tar {args} {bases} {ctx}"],
            stdout=subprocess.PIPE, text=True)
        results = json.loads((folder / "results.json").read_text())
    bad = [result for result in results if result["bad"]]
    for result in bad:
        print(f"{result['id']}: wanted {result['verdict']}, but {' '.join(result['bad'])}")
        print("  " + result["tail"].strip().replace("\n", "\n  "))
    print(f"hostile files judged: {len(results) - len(bad)} of {len(ids)} good")
    if not results or len(results) != len(ids) or bad or oracle.returncode != 0:
        print(oracle.stdout[-2000:] if not bad else "", end="")
        sys.exit(1)


if __name__ == "__main__":
    main()
