"""The benchmark programs run at a small size and say what README.md says that they say."""
import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BENCHMARKS = pathlib.Path(os.environ.get("BENCHMARKS", str(ROOT / "build/asan/benchmarks")))
SIZE = ["--accounts", "4", "--identities", "80", "--resources", "300", "--questions", "2",
        "--seconds", "1"]
QUESTIONS = ["what-access-role", "what-access-heaviest", "who-access-bucket",
             "who-sts:AssumeRole-heaviest"]


def run(program, *args):
    done = subprocess.run([str(BENCHMARKS / program), *map(str, args)], capture_output=True,
                          text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    store = tmp_path_factory.mktemp("organization") / "store"
    return run("bench_organization", "--store", store, *SIZE)


def case(lines, name, **more):
    found = [line for line in lines if line["case"] == name and more.items() <= line.items()]
    assert len(found) == 1, (name, more, found)
    return found[0]


def test_ingest(lines):
    ingest = case(lines, "ingest-records")
    assert ingest["scopes"] == 5 and ingest["entities"] > 380 and ingest["invalid"] == 0
    assert ingest["cpu_seconds"] > 0 and ingest["peak_mib"] > 0


def test_one_account_again(lines):
    alone, again = case(lines, "one-account-alone"), case(lines, "one-account-again")
    assert alone["scopes"] == again["scopes"] == 1
    assert alone["entities"] == again["entities"] > 0
    assert case(lines, "again-over-alone")["cpu_ratio"] > 0


def test_store(lines):
    store = case(lines, "store")
    tables = [n for name, n in store.items() if name.endswith("_bytes") and name not in
              ("file_bytes", "used_bytes", "document_bytes", "entity_bytes")]
    assert store["document_bytes"] + store["entity_bytes"] == sum(tables) <= store["used_bytes"]
    assert store["documents"] > 0 and store["over_budget"] > 0


@pytest.mark.parametrize("paths", ["direct", "all"])
@pytest.mark.parametrize("name", QUESTIONS)
def test_questions(lines, name, paths):
    line = case(lines, name, paths=paths)
    assert line["questions"] > 0 and line["rows_max"] > 0 and line["ms_p50"] <= line["ms_max"]


def test_paths_and_blast(lines):
    assert case(lines, "how-access-bucket")["questions"] > 0
    assert case(lines, "blast", paths="direct")["identities"] > 0
    everybody = case(lines, "blast-of-all")
    assert everybody["reached"] >= everybody["direct"] > 0 and everybody["nodes"] > 0


def test_asks_again_and_gets_the_same(tmp_path, lines):
    place = tmp_path / "store"
    args = ["--store", place, *SIZE, "--case", "who-access-bucket", "--paths", "direct"]
    first = case(run("bench_organization", *args), "who-access-bucket")
    again = case(run("bench_organization", *args, "--reuse", "yes"), "who-access-bucket")
    assert first["digest"] == again["digest"]
    assert first["digest"] == case(lines, "who-access-bucket", paths="direct")["digest"]


def test_account(tmp_path):
    subprocess.run([str(BENCHMARKS / "generate_account"), "--out", str(tmp_path / "data"),
                    "--roles", "60"], check=True, timeout=120)
    lines = run("bench_account", "--data", tmp_path / "data", "--store", tmp_path / "store",
                "--questions", "2", "--seconds", "1", "--case", "who-access-bucket")
    assert case(lines, "split")["bytes"] == case(lines, "parse")["bytes"] > 0
    assert case(lines, "ingest")["entities"] > 60
    assert case(lines, "who-access-bucket", paths="direct")["rows_max"] > 0


def test_peers(tmp_path, lines):
    """The edges that peers search are latchkey's answers: without hops both have as many rows."""
    store, edges = tmp_path / "store", tmp_path / "edges"
    edges.mkdir()
    run("bench_organization", "--store", store, *SIZE, "--case", "none")
    said = run("peer_csr", "--store", store, "--edges", edges, "--questions", "5", "--seconds", "20")
    done = subprocess.run(["python3", str(ROOT / "benchmarks/peers/sqlite.py"), str(edges)],
                          capture_output=True, text=True, timeout=120, check=True)
    said += [json.loads(line) for line in done.stdout.splitlines()]
    for sort in ("what", "who"):
        rows = {line["peer"]: (line["rows_mean"], line["questions"]) for line in said
                if line["case"] == f"{sort}-direct-heaviest"}
        assert len(rows) == 3 and len(set(rows.values())) == 1, rows
        hops = {line["peer"]: line["rows_mean"] for line in said
                if line["case"] == f"{sort}-all-heaviest"}
        assert hops["csr"] == hops["sqlite"] <= hops["latchkey"]
    (tmp_path / "lines").write_text("\n".join(json.dumps(line) for line in said))
    table = subprocess.run(["python3", str(ROOT / "benchmarks/peers/table.py"), str(tmp_path / "lines")],
                           capture_output=True, text=True, check=True).stdout
    assert "| what-direct-heaviest |" in table and "sqlite" in table
