"""A table of what `compare` measured: each case, each peer, and how much longer it took.

usage: table.py FILE      lines of JSON of latchkey and its peers
"""
import json
import sys

PEERS = ["latchkey", "csr", "sqlite", "duckdb", "kuzu"]


def read(path):
    cases, loads = {}, {}
    for line in open(path, encoding="utf-8"):
        row = json.loads(line)
        if "us_p50" in row:
            cases.setdefault(row["case"], {})[row["peer"]] = row
        elif row.get("case") in ("load", "absent"):
            loads[row["peer"]] = row
    return cases, loads


def cell(row, base):
    if not row:
        return ""
    text = f"{row['us_p50']:,.1f} / {row['us_p99']:,.1f}"
    if base and row is not base:
        text += f" ({row['us_p50'] / base['us_p50']:.3g}, {row['us_p99'] / base['us_p99']:.3g})"
    return text


def main():
    cases, loads = read(sys.argv[1])
    peers = [p for p in PEERS if any(p in rows for rows in cases.values())]
    print("Microseconds, p50 / p99; in brackets how many times those of latchkey.\n")
    print("| case | rows | " + " | ".join(peers) + " |")
    print("|---" * (len(peers) + 2) + "|")
    for name, rows in cases.items():
        counts = sorted({f"{row['rows_mean']:.0f}" for row in rows.values()}, key=float)
        print(f"| {name} | {' or '.join(counts)} | "
              + " | ".join(cell(rows.get(p), rows.get("latchkey")) for p in peers) + " |")
    for peer, row in loads.items():
        print(f"\n{peer}: " + ", ".join(f"{k} {v}" for k, v in row.items() if k not in ("peer", "case")))


if __name__ == "__main__":
    main()
