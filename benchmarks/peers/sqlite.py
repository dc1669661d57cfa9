"""The edges and questions of a directory in SQLite; one JSON line per case.

usage: sqlite_peer.py DIR [--seconds N]

DIR holds access.csv, hops.csv and questions.csv, written by peer_csr --edges. The library is
the one that Python brings.
"""
import argparse
import collections
import json
import pathlib
import sqlite3
import time

# What reaches what: a hop is an edge to an identity, access one to anything.
WHAT = {
    "direct": "SELECT count(*) FROM access WHERE src = ?",
    "all": """WITH RECURSIVE r(id) AS (SELECT ? UNION SELECT h.dst FROM hops h JOIN r ON h.src = r.id)
              SELECT count(DISTINCT a.dst) FROM access a JOIN r ON a.src = r.id""",
}
WHO = {
    "direct": "SELECT count(*) FROM access WHERE dst = ?",
    "all": """WITH RECURSIVE r(id) AS (SELECT src FROM access WHERE dst = ?
              UNION SELECT h.src FROM hops h JOIN r ON h.dst = r.id) SELECT count(*) FROM r""",
}


def read_questions(place):
    found = collections.OrderedDict()
    for line in (place / "questions.csv").read_text().splitlines():
        sort, paths, which, node = line.split(",")
        found.setdefault((sort, paths, which), []).append(int(node))
    return found


def percentile(values, percent):
    values = sorted(values)
    return values[min(len(values) * percent // 100, len(values) - 1)]


def ask_all(peer, place, seconds, ask):
    for (sort, paths, which), nodes in read_questions(place).items():
        until, times, rows = time.monotonic() + seconds, [], 0
        for node in nodes:
            start = time.perf_counter()
            rows += ask(sort, paths, node)
            times.append((time.perf_counter() - start) * 1e6)
            if time.monotonic() > until:
                break
        print(json.dumps({"peer": peer, "case": f"{sort}-{paths}-{which}", "questions": len(times),
                          "us_p50": round(percentile(times, 50), 2),
                          "us_p99": round(percentile(times, 99), 2),
                          "rows_mean": round(rows / len(times), 1)}), flush=True)


def edges(path):
    with path.open() as lines:
        for line in lines:
            yield line.rstrip().split(",")


def run_sqlite(place, seconds):
    start = time.perf_counter()
    db = sqlite3.connect(place / "edges.sqlite")
    db.execute("PRAGMA journal_mode=OFF")
    db.execute("PRAGMA synchronous=OFF")
    db.execute("PRAGMA cache_size=-1000000")
    for table in ("access", "hops"):
        db.execute(f"CREATE TABLE {table} (src INTEGER, dst INTEGER, PRIMARY KEY (src, dst)) WITHOUT ROWID")
        db.executemany(f"INSERT OR IGNORE INTO {table} VALUES (?, ?)", edges(place / f"{table}.csv"))
        db.execute(f"CREATE INDEX {table}_back ON {table} (dst, src)")
    db.execute("ANALYZE")
    db.commit()
    print(json.dumps({"peer": "sqlite", "case": "load", "version": sqlite3.sqlite_version,
                      "seconds": round(time.perf_counter() - start, 3),
                      "bytes": (place / "edges.sqlite").stat().st_size}), flush=True)

    def ask(sort, paths, node):
        return db.execute((WHAT if sort == "what" else WHO)[paths], (node,)).fetchone()[0]

    ask_all("sqlite", place, seconds, ask)
    db.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("place", type=pathlib.Path)
    parser.add_argument("--seconds", type=float, default=10)
    args = parser.parse_args()
    run_sqlite(args.place, args.seconds)


if __name__ == "__main__":
    main()
