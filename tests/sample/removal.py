#!/usr/bin/env python3
"""What becomes unknown when a file of the sample organization is not there is never denied.

usage: removal.py LATCHKEY EXAMPLES [--cloud aws|azure|gcp] [--one-of N] [--first K] [--most M]
                  [--also FILE]...

Takes each file of EXAMPLES away in turn (or one of N, from the Kth on), reads the rest and
asks the same questions: who of all identities can do what on each resource. An answer that
was unknown must not become denied, and one that was not denied may become so only when the
file that is gone granted it: where its absence says "there is none" by its format, or where
it says nothing and the answer then is told to be incomplete. No file of Azure's or Google
Cloud's says "there is none" by its absence: there nothing must become denied at all. An
export of assets is taken apart into what exports of single containers and of one content
each would be. --most: so many entities of each kind, spread over all.
"""
import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

# kind of an object: the action that is asked about
ACTIONS = {
    "aws": {
        "aws:s3:bucket": "s3:GetObject",
        "aws:sqs:queue": "sqs:SendMessage",
        "aws:kms:key": "kms:Decrypt",
        "aws:iam:role": "sts:AssumeRole",
        "aws:secretsmanager:secret": "secretsmanager:GetSecretValue",
        "aws:dynamodb:table": "dynamodb:GetItem",
        "aws:lambda:function": "lambda:InvokeFunction",
    },
    "azure": {
        "azure:keyvault:vault": "Microsoft.KeyVault/vaults/secrets/getSecret/action",
        "azure:storage:account": "Microsoft.Storage/storageAccounts/listkeys/action",
        "azure:compute:vm": "Microsoft.Compute/virtualMachines/runCommand/action",
        "azure:managedidentity:identity":
            "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
        "azure:resources:resource-group": "Microsoft.Authorization/roleAssignments/write",
        "azure:entra:service-principal":
            "microsoft.directory/servicePrincipals/credentials/update",
        "azure:entra:application": "microsoft.directory/applications/credentials/update",
        "azure:entra:group": "microsoft.directory/groups/members/update",
    },
    "gcp": {
        "gcp:storage:bucket": "storage.objects.get",
        "gcp:iam:service-account": "iam.serviceAccounts.getAccessToken",
        "gcp:cloudresourcemanager:project": "resourcemanager.projects.get",
        "gcp:secretmanager:secret": "secretmanager.versions.access",
        "gcp:bigquery:dataset": "bigquery.tables.getData",
    },
}
SUBJECTS = {
    "aws": ("aws:iam:user", "aws:iam:role"),
    "azure": ("azure:entra:user", "azure:entra:service-principal"),
    "gcp": ("gcp:cloudidentity:user", "gcp:iam:service-account"),
}

# Layouts in which a resource's or identity's policy is a file of its own beside its other
# files: without it the thing has none. Kinds of answers that one call gives whole.
SAYS_NONE = ("iam-collect/",)


def run(program, *arguments, stdin=""):
    done = subprocess.run([program, *arguments], input=stdin.encode(), capture_output=True,
                          check=False)
    return done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")


def read(program, examples, store):
    status, _, text = run(program, "ingest", "--quiet", "--store", store, examples)
    return status, text


def keys(program, store, kind, most):
    status, text, error = run(program, "query", "--store", store, "-o", "json",
                              f"find {kind}")
    if status != 0:
        sys.exit(f"find kind:{kind}: {error}")
    found = sorted({row["key"] for row in json.loads(text)["rows"]})
    return found[::max(1, len(found) // most)][:most]


def questions(program, store, cloud, most):
    subjects = [k for kind in SUBJECTS[cloud] for k in keys(program, store, kind, most)]
    asked = []
    for kind, action in ACTIONS[cloud].items():
        for place, key in enumerate(keys(program, store, kind, most)):
            for subject in subjects[place % 3::3]:
                if subject != key:
                    asked.append(f"can '{subject}' {action} '{key}'")
    return asked


def answers(program, store, asked):
    """Question to (verdict, whether it says that something is missing)."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as script:
        script.write("\n".join(asked) + "\n")
        script.flush()
        _, text, error = run(program, "query", "--store", store, "-o", "ndjson",
                             "-f", script.name)
    lines = [json.loads(line) for line in text.splitlines()]
    if len(lines) != len(asked):
        sys.exit(f"{len(asked)} questions, {len(lines)} answers: {error}")
    # what is gone from the estate has an error, which is not "denied"
    return {q: (line.get("verdict", "error"), bool(line.get("unknown")))
            for q, line in zip(asked, lines)}


def check(name, before, after, cloud):
    """Lines about answers that became denied and must not have."""
    for question, (was, _) in before.items():
        now, incomplete = after[question]
        if now != "denied" or was == "denied":
            continue
        if was == "unknown":
            yield f"without {name}: {question}: was unknown, is denied"
        elif cloud != "aws":
            yield f"without {name}: {question}: was {was}, is denied"
        elif not incomplete and not any(part in name for part in SAYS_NONE):
            yield f"without {name}: {question}: was {was}, is denied, and nothing is missing"


def take_apart(directory):
    """Exports of assets, one file per container and content."""
    for path in sorted(directory.rglob("*.ndjson")):
        pieces = {}
        for line in path.read_text(encoding="utf-8").splitlines():
            asset = json.loads(line)
            for content in ("resource", "iam_policy", "org_policy"):
                if content in asset:
                    name = f"{asset['ancestors'][0].replace('/', '-')}-{content}"
                    kept = {k: v for k, v in asset.items() if k == content or k not in (
                        "resource", "iam_policy", "org_policy")}
                    pieces.setdefault(name, []).append(json.dumps(kept) + "\n")
        path.unlink()
        for name, lines in pieces.items():
            (path.parent / (name + ".ndjson")).write_text("".join(lines), encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program")
    parser.add_argument("examples", type=pathlib.Path)
    parser.add_argument("--cloud", choices=ACTIONS, default="aws")
    parser.add_argument("--one-of", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--most", type=int, default=6)
    parser.add_argument("--also", action="append", default=[])
    given = parser.parse_args()
    faults = changed = refused = 0
    with tempfile.TemporaryDirectory() as scratch:
        copy = pathlib.Path(scratch) / "examples"
        shutil.copytree(given.examples, copy)
        if given.cloud == "gcp":
            take_apart(copy)
        files = sorted(p.relative_to(copy) for p in copy.rglob("*") if p.is_file())
        store = f"{scratch}/whole"
        status, error = read(given.program, str(copy), store)
        if status != 0:
            sys.exit(f"the whole organization: {error}")
        asked = questions(given.program, store, given.cloud, given.most)
        before = answers(given.program, store, asked)
        removed = [f for i, f in enumerate(files) if str(f) in given.also or
                   (i >= given.first and (i - given.first) % given.one_of == 0)]
        for name in removed:
            aside = pathlib.Path(scratch) / "aside"
            (copy / name).rename(aside)
            part = f"{scratch}/part"
            status, error = read(given.program, str(copy), part)
            if status != 0:
                # the whole run was refused: nothing is answered, so nothing denied
                refused += 1
                print(f"without {name}: not read: {error.strip()}")
            else:
                after = answers(given.program, part, asked)
                changed += sum(after[q][0] != v for q, (v, _) in before.items())
                for line in check(str(name), before, after, given.cloud):
                    print(line)
                    faults += 1
            shutil.rmtree(part, ignore_errors=True)
            aside.rename(copy / name)
    print(f"{len(removed)} of {len(files)} files removed, {len(asked)} questions each, "
          f"{changed} answers changed, {refused} refused, {faults} faults")
    sys.exit(1 if faults or not asked or refused == len(removed) else 0)


if __name__ == "__main__":
    main()
