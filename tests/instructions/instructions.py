"""How many instructions fixed small cases take, against the numbers in expected.txt.

usage: instructions.py PROGRAM [--update] [--tolerance PERCENT] [CASE...]

More than the tolerance above fails, so that nothing gets slower unseen; more than it below
asks to write down what was gained, which --update does.
"""
import argparse
import concurrent.futures
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

EXPECTED = pathlib.Path(__file__).with_name("expected.txt")
CASES = ["ingest", "parse", "who", "what", "hops"]
SECONDS = 600  # for one case, which takes about five on a machine with nothing else to do


def read_expected(path):
    lines = [line.split() for line in path.read_text().splitlines()
             if line.strip() and not line.startswith("#")]
    return {name: int(number) for name, number in lines}


def count(program, case, place):
    # A copy each: a case that writes a store must find none.
    home = place / case
    shutil.copytree(place / "prepared", home)
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", f"--callgrind-out-file={home}/out", program, case,
         str(home)], capture_output=True, text=True, timeout=SECONDS)
    if done.returncode != 0:
        raise SystemExit(f"{case}: {done.stderr}")
    return int(re.search(r"Collected : (\d+)", done.stderr).group(1))


def prepare(program, place):
    home = place / "prepared"
    home.mkdir()
    subprocess.run([program, "prepare", str(home)], check=True, timeout=SECONDS)
    largest = max(home.glob("exports/answers/*/iam/*.json"), key=lambda p: p.stat().st_size)
    shutil.copy(largest, home / "largest.json")


def write_expected(path, counts):
    text = "# Instructions of each case; written by instructions.py --update.\n"
    path.write_text(text + "".join(f"{name} {number}\n" for name, number in counts.items()))


def compare(expected, counts, tolerance):
    """The names of those that take more than they may."""
    worse = []
    for name, number in counts.items():
        had = expected.get(name)
        change = 100.0 * (number - had) / had if had else float("inf")
        said = ""
        if change > tolerance:
            worse.append(name)
            said = "  too many"
        elif change < -tolerance:
            said = "  fewer: --update writes it down"
        print(f"{name:8} {number:12} expected {had or 0:12} {change:+8.1f} %{said}")
    return worse


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("cases", nargs="*", default=CASES)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--tolerance", type=float, default=5.0)
    parser.add_argument("--expected", type=pathlib.Path, default=EXPECTED)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        prepare(args.program, place)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            numbers = pool.map(lambda case: count(args.program, case, place), args.cases)
            counts = dict(zip(args.cases, numbers))
    expected = read_expected(args.expected) if args.expected.exists() else {}
    worse = compare(expected, counts, args.tolerance)
    if args.update:
        write_expected(args.expected, {**expected, **counts})
    elif worse:
        print(f"more than {args.tolerance} % above what is expected: {', '.join(worse)}; if that is"
              " meant: instructions.py PROGRAM --update")
        sys.exit(1)


if __name__ == "__main__":
    main()
