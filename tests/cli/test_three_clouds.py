"""examples/three-clouds as a whole: who is let in from one cloud to another, both ways."""
import itertools
import json
import os
import pathlib
import re
import shlex
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
JOB = "oidc:token.actions.githubusercontent.com/repo:harbour/release:environment:prod"
EXPORT = "service-principal/id-export"


def run(*args):
    done = subprocess.run([os.environ["LATCHKEY"], *map(str, args)], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("store") / "store"
    run("--store", folder, "ingest", "examples/three-clouds")
    return folder


def ask(store, query):
    return json.loads(run("--store", store, "-o", "json", "query", query))


def blocks():
    text = (ROOT / "docs/across-clouds.md").read_text()
    return re.findall(r"^```\n\$ latchkey (.*)\n((?:.*\n)*?)```$", text, re.M)


def test_the_page_has_its_examples():
    assert len(blocks()) == 5


@pytest.mark.parametrize("command, output", blocks())
def test_every_example_of_the_page(store, command, output):
    assert run("--store", store, *shlex.split(command)) == output


# who, whom, the rules on the way; None: there is no way
STEPS = [
    (f"'{JOB}'", "role/release-publish", ["sts-web-identity"]),
    (f"'{JOB}'", "role/docs-publish", None),
    (f"'{JOB}'", "sp/id-export", ["azure-federated"]),
    (f"'{JOB}'", "role/export-writer", ["azure-federated", "sts-web-identity"]),
    (f"'{JOB}'", "gcp:sa:release@harbour-release", ["gcp-token"]),
    (f"'{JOB}'", "gcp:sa:report@harbour-release", None),
    # a subject of a branch, which the pattern of the trust policy means
    ("'oidc:token.actions.githubusercontent.com/repo:harbour/docs:ref:refs/heads/main'", "role/docs-publish",
     ["sts-web-identity"]),
    ("'oidc:token.actions.githubusercontent.com/repo:harbour/docs2:ref:refs/heads/main'", "role/docs-publish", None),
    # the same words of another issuer
    ("'oidc:gitlab.example/repo:harbour/docs:ref:refs/heads/main'", "role/docs-publish", None),
    ("gcp:sa:report@harbour-release", "role/report-reader", ["sts-web-identity"]),
    ("gcp:sa:release@harbour-release", "role/report-reader", None),
    ("sp/id-export", "role/export-writer", ["sts-web-identity"]),
    ("sp/vm-batch", "role/export-writer", None),
    ("user/jonas@harbourfreight.example", "role/export-writer", ["azure-a03", "sts-web-identity"]),
]


@pytest.mark.parametrize("who, whom, rules", STEPS)
def test_steps_and_near_misses(store, who, whom, rules):
    rows = ask(store, f"how can {who} become {whom}")["rows"]
    if rules is None:
        assert rows == []
        return
    assert [s["rule"] for s in rows[0]["steps"]] == rules


def test_a_number_names_the_service_account(store):
    """The token of a collected identity is that identity."""
    rows = ask(store, "who can become role/report-reader where hops:1")["rows"]
    assert {r["name"] for r in rows} == {"report", "accounts.google.com", "root"}


def test_what_is_not_known_of_the_token_stays_a_condition(store):
    row = ask(store, f"what can '{JOB}' become where name:release-publish")["rows"][0]
    assert row["verdict"] == "conditional"
    assert [c["text"] for c in row["conditions"]] == ["token.actions.githubusercontent.com:aud = sts.amazonaws.com"]
    answer = ask(store, f"can '{JOB}' s3:PutObject s3://harbour-mirror/releases/a "
                        "with token.actions.githubusercontent.com:aud=sts.amazonaws.com")
    assert answer["verdict"] == "allowed"
    answer = ask(store, f"can '{JOB}' sts:AssumeRoleWithWebIdentity role/release-publish "
                        "with token.actions.githubusercontent.com:aud=other")
    assert answer["verdict"] == "denied"


def test_a_role_reaches_the_bucket_of_another_cloud(store):
    direct = {r["name"]: r["verdict"] for r in ask(store, "what can role/mirror-sync access directly")["rows"]}
    assert direct["harbour-archive"] == "allowed"
    names = {r["name"] for r in ask(store, "who can access gs://harbour-archive directly")["rows"]}
    assert {"mirror-sync", "id-export"} <= names
    assert ask(store, "what can role/docs-publish access where name:harbour-archive")["rows"] == []


def parts(row):
    return row["path"], row["verdict"], tuple(row["levels"])


def test_both_directions(store):
    """Y is what X can access exactly when X is among those who can access Y, with equal verdict and levels."""
    everybody = [r["key"] for kind in ("aws:iam:role", "gcp:iam:service-account", "azure:entra:service-principal",
                                           "azure:entra:user", "gcp:user")
                 for r in ask(store, f"kind:{kind}")["rows"]] + [JOB]
    things = [r["key"] for kind in ("s3:bucket", "gcp:storage:bucket", "aws:iam:role", "gcp:iam:service-account",
                                    "azure:storage:account", "azure:keyvault:vault")
              for r in ask(store, f"kind:{kind}")["rows"]]
    what = {x: {r["key"]: [] for r in ask(store, f"what can '{x}' access")["rows"]} for x in everybody}
    for x in everybody:
        for r in ask(store, f"what can '{x}' access")["rows"]:
            what[x][r["key"]].append(parts(r))
    compared = 0
    for y in things:
        who = {}
        for r in ask(store, f"who can access '{y}'")["rows"]:
            who.setdefault(r["key"], []).append(parts(r))
        for x in everybody:
            assert sorted(who.get(x, [])) == sorted(what[x].get(y, [])), (x, y)
            compared += bool(who.get(x))
    assert compared > 60
    assert len({x for x, y in itertools.product(everybody, things) if what[x].get(y)}) > 10


def test_a_rule_that_asks_for_some_thing_only(store, tmp_path):
    (tmp_path / "some.rules").write_text("""provider gcp
rule mine-001
	title     Act by some bucket
	class     escalate
	target    iam:service-account
	needs     storage.objects.get on some storage:bucket
	yields    target
	attack    T1078
	reference https://cloud.google.com/iam/docs/overview
	remedy    None.
""")

    def keys(query):
        rows = json.loads(run("--store", store, "-o", "json", "query", "--rules", tmp_path, query))["rows"]
        return {r["key"] for r in rows}

    known = [r["key"] for r in ask(store, "find gcp:iam:service-account")["rows"]]
    what = {(x, y) for x in known for y in keys(f"what can '{x}' become") if y in known}
    who = {(x, y) for y in known for x in keys(f"who can become '{y}'") if x in known}
    plain = {(x, r["key"]) for x in known for r in ask(store, f"what can '{x}' become")["rows"] if r["key"] in known}
    assert what == who
    assert what > plain
