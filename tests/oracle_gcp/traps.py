#!/usr/bin/env python3
"""What is easily got wrong about Google Cloud, each as a small world and a question.

usage: traps.py LATCHKEY
"""
import json
import os
import subprocess
import sys
import tempfile

CRM = "//cloudresourcemanager.googleapis.com/"
B, OBJECT = "//storage.googleapis.com/b", "gs://b/x"
TABLE = "//bigquery.googleapis.com/projects/p/datasets/d/tables/t"
ABOVE = {"ancestors": ["projects/45", "folders/12", "organizations/34"]}
ROLES = {"roles/owner": ["resourcemanager.projects.get", "storage.buckets.create"],
         "roles/storage.legacyObjectReader": ["storage.objects.get"],
         "roles/storage.objectViewer": ["storage.objects.get", "storage.objects.list"],
         "roles/bigquery.dataViewer": ["bigquery.tables.getData"],
         "roles/bigquery.dataOwner": ["bigquery.tables.getData"]}


def policy(name, role, *members, condition=None):
    binding = {"role": role, "members": list(members)}
    if condition:
        binding["condition"] = {"title": "t", "expression": condition}
    place = {"ancestors": ["organizations/34"]} if "organizations" in name else \
        {"ancestors": ["folders/12", "organizations/34"]} if "folders" in name else ABOVE
    return {"name": name, "asset_type": "x", "iam_policy": {"bindings": [binding]}, **place}


def deny(permission, *principals, spared=()):
    return {"name": "policies/cloudresourcemanager.googleapis.com%2Ffolders%2F12/denypolicies/d",
            "rules": [{"denyRule": {"deniedPrincipals": list(principals),
                                    "exceptionPrincipals": list(spared),
                                    "deniedPermissions": [permission]}}]}


def boundary(version, bound="organizations/34"):
    name = "organizations/34/locations/global/principalAccessBoundaryPolicies/only-q"
    return {"principal-access-boundary-policies.json": [{
        "name": name, "details": {"enforcementVersion": version, "rules": [
            {"effect": "ALLOW", "resources": [CRM + "projects/q"]}]}}],
        "policy-bindings.json": [{
            "name": "organizations/34/locations/global/policyBindings/b", "policy": name,
            "policyKind": "PRINCIPAL_ACCESS_BOUNDARY",
            "target": {"principalSet": CRM + bound}}]}


def listed(*acl):
    """The list of one object in a bucket without uniform access."""
    return {"projects/p/objects.json": {"kind": "storage#objects", "items": [{
        "kind": "storage#object", "name": "x", "bucket": "n", "acl": [
            {"entity": entity, "role": role} for entity, role in acl]}]}}


def entitlement(condition=None):
    binding = {"role": "roles/storage.objectViewer"}
    if condition:
        binding["conditionExpression"] = condition
    return {"entitlements.json": [{
        "name": "projects/p/locations/global/entitlements/deploy",
        "eligibleUsers": [{"principals": ["user:a@x.com"]}], "privilegedAccess": {
            "gcpIamAccess": {"resource": CRM + "projects/p", "roleBindings": [binding]}}}]}


def dataset(*access):
    return {"name": TABLE.rsplit("/", 2)[0], "asset_type": "x", **ABOVE,
            "resource": {"data": {"access": list(access)}}}


VIEWER, READER = "roles/storage.objectViewer", "roles/storage.legacyObjectReader"
A = "user:a@x.com"
V2_A, V2_ALL = "principal://goog/subject/a@x.com", "principalSet://goog/public:all"
GET, GET_V2 = "storage.objects.get", "storage.googleapis.com/objects.get"
OWNER = policy(CRM + "projects/45", "roles/owner", A)
N = "gs://n/x"
GET_DATA = "bigquery.tables.getData"
ADMINISTRATORS = {"organizations/34/users.json": {"kind": "admin#directory#users", "users": [
    {"primaryEmail": "a@x.com", "id": "1", "isAdmin": True}]}}
SET_POLICY = "resourcemanager.organizations.setIamPolicy"
# name: assets, other files, action, resource, verdict
TRAPS = {
    "an export of buckets alone has not the project's policy": (
        [{"name": "", "absent": CRM + "projects/45"}], {}, GET, OBJECT, "unknown"),
    "nor that of a folder": (
        [{"name": "", "absent": CRM + "folders/12"}], {}, GET, OBJECT, "unknown"),
    "a boundary that nobody brought may block": (
        [policy(TABLE, "roles/bigquery.dataViewer", A)],
        {"policy-bindings.json": boundary("2")["policy-bindings.json"]},
        "bigquery.tables.getData", TABLE, "unknown"),
    "a policy that was refused may grant": (
        [{"name": "", "absent": CRM + "projects/45"}],
        {"projects/p/get-iam-policy.json": {"error": {
            "code": 403, "status": "PERMISSION_DENIED", "message": "no"}}}, GET, OBJECT,
        "unknown"),
    "and one of a bucket, whatever else an export has": (
        [], {"projects/p/buckets/n/get-iam-policy.json": {"error": {
            "code": 403, "status": "PERMISSION_DENIED", "message": "no"}}},
        "storage.buckets.get", "gs://n", "unknown"),
    "an owner reads no objects": ([OWNER], {}, GET, OBJECT, "denied"),
    "but by the convenience member of the bucket": (
        [OWNER, policy(B, READER, "projectOwner:p")], {}, GET, OBJECT, "allowed"),
    "of the bucket's project only": (
        [OWNER, policy(B, READER, "projectOwner:other")], {}, GET, OBJECT, "denied"),
    "and not for an owner of the folder": (
        [policy(CRM + "folders/12", "roles/owner", A), policy(B, READER, "projectOwner:p")],
        {}, GET, OBJECT, "denied"),
    "a grant of the organization reaches the bucket": (
        [policy(CRM + "organizations/34", VIEWER, A), policy(B, READER, "user:b@x.com")],
        {}, GET, OBJECT, "allowed"),
    "a deny of the folder beats a grant of the bucket": (
        [policy(B, VIEWER, A)], {"deny.json": deny(GET_V2, V2_ALL)}, GET, OBJECT, "denied"),
    "names of roles deny nothing": (
        [policy(B, VIEWER, A)], {"deny.json": deny(GET, V2_ALL)}, GET, OBJECT, "allowed"),
    "who is excepted is spared": (
        [policy(B, VIEWER, A)], {"deny.json": deny(GET_V2, V2_ALL, spared=[V2_A])}, GET,
        OBJECT, "allowed"),
    "a deleted member is nobody": (
        [policy(B, VIEWER, "deleted:user:a@x.com?uid=1")], {}, GET, OBJECT, "denied"),
    "addresses fold case": ([policy(B, VIEWER, "user:A@X.com")], {}, GET, OBJECT, "allowed"),
    "a policy that lost its condition is no yes": (
        [policy(B, VIEWER + "_withcond_0a1b2c", A)], {}, GET, OBJECT, "conditional"),
    "a condition on names reaches these names": (
        [policy(CRM + "projects/45", VIEWER, A, condition='resource.name.startsWith('
                '"projects/_/buckets/b/objects/x")')], {}, GET, OBJECT, "allowed"),
    "and no others": (
        [policy(CRM + "projects/45", VIEWER, A, condition='resource.name.startsWith('
                '"projects/_/buckets/b/objects/y")')], {}, GET, OBJECT, "denied"),
    "what is not read is open": (
        [policy(B, VIEWER, A, condition="foo(resource) == 3")], {}, GET, OBJECT,
        "conditional"),
    "a tag that nobody collected is unknown": (
        [policy(B, VIEWER, A, condition='resource.matchTag("34/env", "prod")')], {}, GET,
        OBJECT, "unknown"),
    "a role that nobody brought is unknown": (
        [policy(B, "roles/storage.admin", A)], {}, GET, OBJECT, "unknown"),
    "a group that nobody listed is unknown": (
        [policy(B, VIEWER, "group:g@x.com")], {}, GET, OBJECT, "unknown"),
    "a group that was listed is known": (
        [policy(B, VIEWER, "group:g@x.com")], {"groups/g@x.com/members.json": {
            "kind": "admin#directory#members",
            "members": [{"email": "b@x.com", "type": "USER", "role": "MEMBER"}]}}, GET, OBJECT,
        "denied"),
    "a boundary of version 1 blocks no tables": (
        [policy(TABLE, "roles/bigquery.dataViewer", A)], boundary("1"),
        "bigquery.tables.getData", TABLE, "allowed"),
    "one of version 2 does": (
        [policy(TABLE, "roles/bigquery.dataViewer", A)], boundary("2"),
        "bigquery.tables.getData", TABLE, "denied"),
    "a boundary of an organization binds its own people": (
        [policy(TABLE, "roles/bigquery.dataViewer", A), {"name": "", "domain": "other.com"}],
        boundary("2"), GET_DATA, TABLE, "unknown"),
    "whom its directory lists": (
        [policy(TABLE, "roles/bigquery.dataViewer", A), {"name": "", "domain": "other.com"}],
        {**boundary("2"), "organizations/34/users.json": {
            "kind": "admin#directory#users", "users": [{"primaryEmail": "a@x.com", "id": "1"}]}},
        GET_DATA, TABLE, "denied"),
    "one of a project binds no people": (
        [policy(TABLE, "roles/bigquery.dataViewer", A)], boundary("2", "projects/45"),
        GET_DATA, TABLE, "allowed"),
    "service accounts of an organization are no people": (
        [policy(B, VIEWER, "principalSet:" + CRM + "organizations/34/type/ServiceAccount")],
        {}, GET, OBJECT, "denied"),
    "the version that is latest is all of them": (
        [policy(TABLE, "roles/bigquery.dataViewer", A)], boundary("latest"), GET_DATA, TABLE,
        "denied"),
    "a binding whose time is over gives nothing at any later time": (
        [policy(B, VIEWER, A, condition="false && request.time < timestamp("
                '"2020-01-01T00:00:00Z")')], {}, GET, OBJECT, "denied"),
    "a deny names all of a service": (
        [policy(B, VIEWER, A)], {"deny.json": deny("storage.googleapis.com/*", V2_A)}, GET,
        OBJECT, "denied"),
    "a deny for one leaves others": (
        [policy(B, VIEWER, A)], {"deny.json": deny(GET_V2, "principal://goog/subject/b@x.com")},
        GET, OBJECT, "allowed"),
    "a deleted principal is denied nothing": (
        [policy(B, VIEWER, A)],
        {"deny.json": deny(GET_V2, "deleted:principal://goog/subject/a@x.com?uid=1")}, GET,
        OBJECT, "allowed"),
    "a deny for a group that nobody listed may deny": (
        [policy(B, VIEWER, A)], {"deny.json": deny(GET_V2, "principalSet://goog/group/g@x.com")},
        GET, OBJECT, "unknown"),
    "objects may have lists where access is not uniform": (
        [], {}, GET, N, "unknown"),
    "which are about objects alone": ([], {}, "storage.buckets.get", N[:6], "denied"),
    "the list of an object lets in": (
        [], listed(("user-A@x.com", "READER")), GET, N, "allowed"),
    "to read and not to write": (
        [], listed(("user-a@x.com", "READER")), "storage.objects.delete", N, "denied"),
    "owners of the project are there by its number": (
        [OWNER], listed(("project-owners-45", "OWNER")), GET, N, "allowed"),
    "a dataset has a list of its own": (
        [dataset({"role": "READER", "userByEmail": "A@x.com"})], {}, GET_DATA, TABLE,
        "allowed"),
    "an owner of the project has no tables": ([OWNER], {}, GET_DATA, TABLE, "denied"),
    "but by the special group of the dataset": (
        [OWNER, dataset({"role": "OWNER", "specialGroup": "projectOwners"})], {}, GET_DATA,
        TABLE, "allowed"),
    "what one may ask for one has not": ([], entitlement(), GET, OBJECT, "eligible"),
    "an entitlement under a condition": (
        [], entitlement("resource.type == 'compute.googleapis.com/Disk'"), GET, OBJECT,
        "denied"),
    "an entitlement says nothing of the policy beside it": (
        [{"name": "", "absent": CRM + "projects/45"}],
        {"entitlements.json": [{**entitlement()["entitlements.json"][0],
                                "eligibleUsers": [{"principals": ["user:b@x.com"]}]}]},
        GET, OBJECT, "unknown"),
    "a super administrator has no policy and may write it": (
        [], ADMINISTRATORS, SET_POLICY, CRM + "organizations/34", "allowed"),
    "and reads no objects for that": ([], ADMINISTRATORS, GET, OBJECT, "denied"),
    "rules over no passwords by a role of the organization": (
        [policy(CRM + "organizations/34", "roles/owner", A)], {}, "cloudidentity.users.update",
        "gcp:user:b@x.com", "denied"),
    "nor by one that nobody brought": (
        [policy(CRM + "organizations/34", "roles/editor", A)], {}, "cloudidentity.users.update",
        "gcp:user:b@x.com", "denied"),
    "of objects only the provider knows": (
        [policy(B, VIEWER, A)], boundary("2"), GET, OBJECT, "conditional"),
}


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, 5):
        sys.exit(f"{' '.join(command)}: {done.returncode}\n{done.stderr}")
    return done.stdout


def assets(own):
    yield {"name": CRM + "projects/45", "asset_type": "x", **ABOVE, "resource": {"data": {
        "projectId": "p", "projectNumber": "45", "parent": {"type": "folder", "id": "12"}}}}
    yield {"name": B, "asset_type": "x", **ABOVE, "resource": {"data": {
        "name": "b", "iamConfiguration": {"uniformBucketLevelAccess": {"enabled": True}}}}}
    yield {"name": "//storage.googleapis.com/n", "asset_type": "x", **ABOVE, "resource": {
        "data": {"name": "n", "iamConfiguration": {}}}, "iam_policy": {"etag": "x"}}
    yield {"name": TABLE, "asset_type": "x", **ABOVE, "resource": {"data": {}}}
    yield {"name": CRM + "organizations/34", "asset_type": "x",
           "ancestors": ["organizations/34"], "resource": {"data": {
               "displayName": next((a["domain"] for a in own if "domain" in a), "x.com")}}}
    named = {a["name"] for a in own}
    for name in ("organizations/34", "folders/12", "projects/45"):
        if CRM + name not in named | {a.get("absent") for a in own}:
            yield policy(CRM + name, "roles/owner")
    yield policy("//storage.googleapis.com/elsewhere", READER, A, "user:b@x.com")
    yield from (a for a in own if a["name"])


def verdict(program, own, files, action, resource):
    with tempfile.TemporaryDirectory() as directory:
        everything = {"roles.json": [{"name": n, "title": "t", "includedPermissions": p}
                                     for n, p in ROLES.items()], **files}
        for name, content in everything.items():
            os.makedirs(os.path.dirname(f"{directory}/in/{name}"), exist_ok=True)
            with open(f"{directory}/in/{name}", "w", encoding="utf-8") as f:
                json.dump(content, f)
        with open(f"{directory}/in/assets.json", "w", encoding="utf-8") as f:
            f.writelines(json.dumps(line) + "\n" for line in assets(own))
        run(program, "ingest", "-q", "--store", directory + "/store", directory + "/in")
        out = run(program, "query", "--store", directory + "/store", "-o", "json",
                  f'can "gcp:user:a@x.com" {action} "{resource}" directly')
        return json.loads(out)["verdict"]


def main():
    bad = 0
    for what, (own, files, action, resource, expected) in TRAPS.items():
        got = verdict(sys.argv[1], own, files, action, resource)
        if got != expected:
            print(f"{what}: expected {expected}, got {got}")
            bad += 1
    print(f"{len(TRAPS)} traps, {bad} differ")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
