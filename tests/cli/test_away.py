"""Buckets of many accounts whose policies say the same of themselves: a list tells of each what a question about it alone does."""
import json
import os
import subprocess

import pytest

ORG, MANAGEMENT, HOME = "o-lookalike1", "100000000001", "100000000002"
# account, the unit that it is in
OTHERS = {"200000000001": "ou-look-plain001", "200000000002": "ou-look-plain001", "200000000003": "ou-look-closed01",
          "200000000004": "ou-look-readonly"}
OUTSIDE = "300000000001"
KINDS = ("SERVICE", "RESOURCE")


def run(*args):
    done = subprocess.run([os.environ["LATCHKEY"], *map(str, args)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action, resource, **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action, resource, **more):
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


ANYONE = {"Principal": "*"}
INSIDE = {"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": ORG}}}

# What the buckets say of themselves; {} is their ARN.
SHAPES = {
    "whole": lambda b: policy(allow("s3:*", [b, b + "/*"], **INSIDE)),
    "objects": lambda b: policy(allow("s3:GetObject", b + "/*", **INSIDE)),
    "part": lambda b: policy(allow(["s3:GetObject", "s3:PutObject"], b + "/shared/*", **INSIDE)),
    "home": lambda b: policy(allow("s3:*", [b, b + "/*"], Principal={"AWS": f"arn:aws:iam::{HOME}:root"})),
    "tagged": lambda b: policy(allow("s3:*", [b, b + "/*"], Principal="*", Condition={
        "StringEquals": {"aws:PrincipalOrgID": ORG, "aws:ResourceAccount": "200000000001"}})),
    "denied": lambda b: policy(allow("s3:*", [b, b + "/*"], **INSIDE), deny("s3:DeleteBucket", b, **ANYONE)),
    "open": lambda b: policy(allow("s3:GetObject", b + "/*", **ANYONE)),
}

# What the unit's resource control policy says beside RCPFullAWSAccess.
CEILINGS = {
    "ou-look-closed01": policy(deny("s3:*", "*", **ANYONE)),
    "ou-look-readonly": policy(deny(["s3:Put*", "s3:Delete*"], "*", **ANYONE)),
}

USERS = {
    "wide": policy(allow("s3:*", "*")),
    "reader": policy(allow(["s3:Get*", "s3:List*"], "*")),
    "picky": policy(allow("s3:*", "*"), deny("s3:*", "arn:aws:s3:::whole-200000000002*")),
    "narrow": policy(allow("s3:*", ["arn:aws:s3:::whole-*", "arn:aws:s3:::part-200000000001/shared/a*"])),
    "but": policy({"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::objects-200000000001/*"}),
}


def write(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))


def full(kind):
    name = "FullAWSAccess" if kind == "SERVICE" else "RCPFullAWSAccess"
    return name, f"arn:aws:organizations::aws:policy/{kind.lower()}_control_policy/p-{name}"


def write_policy(top, kind, name, arn, document):
    folder = top / ("scps" if kind == "SERVICE" else "rcps") / arn.rsplit("/", 1)[1].lower()
    write(folder / "metadata.json", {"arn": arn, "name": name, "id": arn.rsplit("/", 1)[1], "awsManaged": "::aws:" in arn})
    write(folder / "policy.json", document)


def write_organization(top):
    accounts = {MANAGEMENT: "r-look", HOME: "ou-look-plain001", **OTHERS}
    units = sorted({u for u in accounts.values() if u != "r-look"})
    arn = f"arn:aws:organizations::{MANAGEMENT}"
    attached = {"scps": [full("SERVICE")[1]], "rcps": [full("RESOURCE")[1]]}
    ous = {"r-look": attached}

    write(top / "metadata.json", {
        "id": ORG, "arn": f"{arn}:organization/{ORG}", "rootOu": "r-look", "rootAccountId": MANAGEMENT,
        "rootAccountArn": f"{arn}:account/{ORG}/{MANAGEMENT}",
        "features": {f"{k}_CONTROL_POLICY": True for k in KINDS}})
    for kind in KINDS:
        write_policy(top, kind, *full(kind), policy(allow("*", "*", **(ANYONE if kind == "RESOURCE" else {}))))
    write(top / "ous" / "r-look" / "metadata.json", {"arn": f"{arn}:root/{ORG}/r-look", "name": "Root"})
    for unit in units:
        write(top / "ous" / unit / "metadata.json", {"arn": f"{arn}:ou/{ORG}/{unit}", "name": unit})
        ous[unit] = {"parent": "r-look", **{k: list(v) for k, v in attached.items()}}
        if unit in CEILINGS:
            ceiling = f"{arn}:policy/{ORG}/resource_control_policy/p-{unit[-8:]}"
            write_policy(top, "RESOURCE", unit, ceiling, CEILINGS[unit])
            ous[unit]["rcps"].append(ceiling)
    write(top / "ous.json", ous)
    write(top / "accounts.json", {a: {"ou": u, **attached, "tags": {}} for a, u in accounts.items()})
    children = {u: {"accounts": [f"{arn}:account/{ORG}/{a}" for a in accounts if accounts[a] == u]} for u in units}
    write(top / "structure.json", {"r-look": {"children": children, "accounts": [f"{arn}:account/{ORG}/{MANAGEMENT}"]}})
    write(top / "delegated-admins.json", {})


def write_buckets(top, account):
    for shape, says in SHAPES.items():
        name = f"{shape}-{account}"
        folder = top / "accounts" / account / "s3" / name
        write(folder / "metadata.json", {"name": name, "region": "eu-west-1", "arn": f"arn:aws:s3:::{name}"})
        write(folder / "policy.json", says(f"arn:aws:s3:::{name}"))
        # a block where the policy is public
        if account == "200000000002":
            write(folder / "bpa.json", {k: True for k in (
                "BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")})


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    data, folder = tmp_path_factory.mktemp("away"), tmp_path_factory.mktemp("store") / "store"
    top = data / "aws" / "aws"
    write_organization(top / "organizations" / ORG)
    for account in (HOME, MANAGEMENT, OUTSIDE, *OTHERS):
        if account != OUTSIDE:
            write(top / "accounts" / account / "organization.json", {"organizationId": ORG})
        write_buckets(top, account)
    for user, document in USERS.items():
        for account in (HOME, OUTSIDE):
            folder_of = top / "accounts" / account / "iam" / "user" / user
            write(folder_of / "metadata.json", {"arn": f"arn:aws:iam::{account}:user/{user}", "name": user, "path": "/"})
            write(folder_of / "inline-policies.json", [{"PolicyName": "own", "PolicyDocument": document}])
    run("--store", folder, "ingest", "-q", data)
    return folder


def rows(store, query):
    return json.loads(run("--store", store, "-o", "json", "query", query))["rows"]


def listed(store, user):
    """Actions by bucket, as the list has them, with verdict and conditions."""
    found = {}
    for row in rows(store, f"what can {user} access where type:s3-bucket directly"):
        found[row["key"]] = row["verdict"], sorted(row["actions"]), row["resources"], row["conditions"]
    return found


def alone(store, user, bucket):
    """The same for one bucket, asked about by itself."""
    found = rows(store, f"who can access {bucket} where name:{user.split('/')[-1]} directly")
    return [(r["verdict"], sorted(r["actions"]), r["resources"], r["conditions"]) for r in found if r["key"] == user]


@pytest.mark.parametrize("account", [HOME, OUTSIDE])
@pytest.mark.parametrize("user", USERS)
def test_a_list_tells_what_a_question_about_one_does(store, user, account):
    key = f"arn:aws:iam::{account}:user/{user}"
    found = listed(store, key)
    compared = 0
    for owner in (HOME, MANAGEMENT, OUTSIDE, *OTHERS):
        for shape in SHAPES:
            bucket = f"arn:aws:s3:::{shape}-{owner}"
            assert alone(store, key, bucket) == ([found[bucket]] if bucket in found else []), bucket
            compared += bucket in found
    assert compared >= 7


def test_units_and_blocks_set_equal_policies_apart(store):
    found = listed(store, f"arn:aws:iam::{HOME}:user/wide")
    of = {account: {shape for shape in SHAPES if f"arn:aws:s3:::{shape}-{account}" in found} for account in OTHERS}
    assert of["200000000001"] == set(SHAPES)
    # aws:ResourceAccount is another one
    assert of["200000000002"] == set(SHAPES) - {"tagged", "open"}
    assert of["200000000003"] == set()
    assert "s3:PutObject" not in found["arn:aws:s3:::whole-200000000004"][1]
    assert "s3:PutObject" in found["arn:aws:s3:::whole-200000000001"][1]
    assert found["arn:aws:s3:::part-200000000001"][2] == ["arn:aws:s3:::part-200000000001/shared/*"]
    assert found["arn:aws:s3:::part-200000000004"][2] == ["arn:aws:s3:::part-200000000004/shared/*"]
