"""The generator of organizations: equal options give equal bytes, and all forms say the same."""
import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("LATCHKEY", str(ROOT / "build/asan/latchkey"))
BENCHMARKS = pathlib.Path(os.environ.get("BENCHMARKS", str(ROOT / "build/asan/benchmarks")))
SIZE = ["--accounts", "4", "--identities", "120", "--resources", "600"]


def run(*args, **more):
    done = subprocess.run([str(a) for a in args], capture_output=True, timeout=120, **more)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    return done.stdout


def generate(*args):
    return run(BENCHMARKS / "generate_organization", *SIZE, *args)


def ask(store, query):
    return json.loads(run(PROGRAM, "--store", store, "-o", "json", query))


@pytest.fixture(scope="module")
def records():
    return generate("--records", "-")


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    place = tmp_path_factory.mktemp("exports")
    generate("--out", place)
    return place


@pytest.fixture(scope="module")
def stores(tmp_path_factory, records, exports):
    place = tmp_path_factory.mktemp("stores")
    run(PROGRAM, "ingest", "--store", place / "records", "-", input=records)
    run(PROGRAM, "ingest", "--store", place / "exports", exports)
    return place / "records", place / "exports"


def files(place):
    return {p.relative_to(place): p.read_bytes() for p in place.rglob("*") if p.is_file()}


def test_equal_options_equal_bytes(tmp_path, records, exports):
    assert generate("--records", "-") == records
    generate("--out", tmp_path)
    assert files(tmp_path) == files(exports)


def test_another_seed_is_another_organization(records):
    assert generate("--records", "-", "--seed", "2") != records


def test_counts(stores):
    kinds = {}
    for row in ask(stores[0], "find user,role,bucket,queue,topic,table,key,secret,function,"
                              "instance,repository,aws:states:statemachine")["rows"]:
        kinds[row["kind"]] = kinds.get(row["kind"], 0) + 1
    resources = {k: n for k, n in kinds.items() if not k.startswith("aws:iam:")}
    assert sum(resources.values()) == 600 and len(resources) == 10
    assert kinds["aws:iam:role"] > kinds["aws:iam:user"] > 0


@pytest.mark.parametrize("query", [
    "find user,role,bucket,secret",
    "who can access role/org-audit@100258084364 directly",
    "what can role/org-audit-hub access directly",
])
def test_forms_agree(stores, query):
    one, other = (ask(store, query)["rows"] for store in stores)
    assert one == other and len(one) > 0


def test_one_account_alone(tmp_path, exports):
    generate("--out", tmp_path, "--only", "3")
    alone = files(tmp_path)
    assert alone and alone.items() <= files(exports).items()


def test_collected_form(tmp_path, stores):
    generate("--out", tmp_path / "data", "--form", "collect")
    run(PROGRAM, "ingest", "--store", tmp_path / "store", tmp_path / "data")
    query = "find user,role,group,bucket,queue,secret"
    keys = [sorted(row["key"] for row in ask(store, query)["rows"])
            for store in (tmp_path / "store", stores[0])]
    assert keys[0] == keys[1]


@pytest.mark.parametrize("args", [[], ["--out", "a", "--records", "b"], ["--out", "a", "--accounts", "0"],
                                  ["--out", "a", "--form", "other"], ["--out"]])
def test_usage(args):
    done = subprocess.run([str(BENCHMARKS / "generate_organization"), *args], capture_output=True)
    assert done.returncode == 2 and b"usage" in done.stderr
