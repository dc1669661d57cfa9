#!/usr/bin/env python3
"""A large organization of Google Cloud, as an export of Cloud Asset Inventory and lists of
groups, from a seed.

usage: generate_gcp.py DIRECTORY [--projects N] [--identities N] [--bindings N]
                       [--resources N] [--seed N]
Half of the identities are users, half service accounts. One project in ten has grants of
its own to all; most bindings are of projects and resources, few of folders and of the
organization, as in estates that grew.
"""
import argparse
import json
import os
import random

CRM = "//cloudresourcemanager.googleapis.com/"
ROLES = {
    "roles/owner": ["resourcemanager.projects.get", "resourcemanager.projects.setIamPolicy",
                    "storage.buckets.create", "iam.serviceAccounts.actAs",
                    "iam.serviceAccountKeys.create", "iam.serviceAccounts.setIamPolicy",
                    "run.services.create", "compute.instances.create", "compute.disks.create",
                    "compute.instances.setMetadata", "secretmanager.secrets.setIamPolicy"],
    "roles/editor": ["resourcemanager.projects.get", "storage.buckets.create",
                     "iam.serviceAccounts.actAs", "iam.serviceAccountKeys.create",
                     "run.services.create", "compute.instances.create", "compute.disks.create"],
    "roles/viewer": ["resourcemanager.projects.get", "compute.instances.get",
                     "secretmanager.secrets.get", "storage.buckets.get"],
    "roles/storage.objectViewer": ["storage.objects.get", "storage.objects.list"],
    "roles/storage.objectAdmin": ["storage.objects.get", "storage.objects.list",
                                  "storage.objects.create", "storage.objects.delete"],
    "roles/secretmanager.secretAccessor": ["secretmanager.versions.access"],
    "roles/iam.serviceAccountTokenCreator": ["iam.serviceAccounts.getAccessToken",
                                             "iam.serviceAccounts.implicitDelegation",
                                             "iam.serviceAccounts.signBlob",
                                             "iam.serviceAccounts.signJwt"],
    "roles/iam.serviceAccountUser": ["iam.serviceAccounts.actAs"],
    "roles/pubsub.publisher": ["pubsub.topics.publish"],
    "roles/bigquery.dataViewer": ["bigquery.tables.getData", "bigquery.datasets.get"],
}
ON = {"bucket": ["roles/storage.objectViewer", "roles/storage.objectAdmin"],
      "secret": ["roles/secretmanager.secretAccessor"], "topic": ["roles/pubsub.publisher"],
      "table": ["roles/bigquery.dataViewer"], "instance": ["roles/viewer"],
      "account": ["roles/iam.serviceAccountTokenCreator", "roles/iam.serviceAccountUser"]}


class Organization:
    def __init__(self, given):
        r = self.random = random.Random(given.seed)
        self.folders = [{"n": 1000 + i, "above": None} for i in range(given.projects // 20)]
        for i, folder in enumerate(self.folders[10:], 10):
            folder["above"] = self.folders[r.randrange(min(i, 100))]
        self.projects = [{"id": f"proj-{i:05}", "n": 10_000_000 + i,
                          "above": r.choice(self.folders)} for i in range(given.projects)]
        self.users = [f"user{i}@corp.example" for i in range(given.identities // 2)]
        self.accounts = [(f"sa{i}@{p['id']}.iam.gserviceaccount.com", p) for i, p in
                         enumerate(r.choices(self.projects, k=given.identities // 2))]
        self.groups = {f"group{i}@corp.example": r.sample(self.users, min(len(self.users), 20))
                       for i in range(given.identities // 40)}
        self.things = [self.thing(i) for i in range(given.resources)]
        self.bindings = {}
        for _ in range(given.bindings):
            self.bind()

    def thing(self, i):
        kind = self.random.choices(["bucket", "secret", "topic", "table", "instance"],
                                   [3, 2, 2, 4, 3])[0]
        p = self.random.choice(self.projects)
        return (kind, p, {
            "bucket": f"//storage.googleapis.com/bucket-{i}",
            "secret": f"//secretmanager.googleapis.com/projects/{p['n']}/secrets/s{i}",
            "topic": f"//pubsub.googleapis.com/projects/{p['id']}/topics/t{i}",
            "table": f"//bigquery.googleapis.com/projects/{p['id']}/datasets/d{i % 9}/tables/t{i}",
            "instance": f"//compute.googleapis.com/projects/{p['id']}/zones/z/instances/i{i}",
        }[kind])

    def member(self):
        kind = self.random.random()
        if kind < .3:
            return "group:" + self.random.choice(list(self.groups))
        if kind < .75:
            return "serviceAccount:" + self.random.choice(self.accounts)[0]
        return "user:" + self.random.choice(self.users)

    def bind(self):
        r = self.random
        kind = r.random()
        if kind < .55:
            what, _, key = r.choice(self.things)
            role = r.choice(ON[what])
        elif kind < .7:
            email, p = r.choice(self.accounts)
            key = f"//iam.googleapis.com/projects/{p['id']}/serviceAccounts/{email}"
            role = r.choice(ON["account"])
        elif kind < .99:
            key = f"{CRM}projects/{r.choice(self.projects)['n']}"
            role = r.choices(sorted(ROLES), [2, 2, 2, 1, 1, 1, 1, 1, 1, 3])[0]
        else:
            key = CRM + (f"folders/{r.choice(self.folders)['n']}" if r.random() < .9
                         else "organizations/1")
            role = r.choice(["roles/viewer", "roles/bigquery.dataViewer"])
        of = self.bindings.setdefault(key, {}).setdefault(role, set())
        of.add(self.member())

    def above(self, holder):
        out = []
        while holder:
            out.append(("projects/" if "id" in holder else "folders/") + str(holder["n"]))
            holder = holder["above"]
        return out + ["organizations/1"]

    def policy(self, key):
        return {"etag": "x", "bindings": [{"role": role, "members": sorted(members)}
                                          for role, members in
                                          sorted(self.bindings.get(key, {}).items())]}

    def assets(self):
        def both(key, above, data):
            yield {"name": key, "asset_type": "x", "ancestors": above, "resource": {"data": data}}
            if key in self.bindings or key.startswith(CRM):
                yield {"name": key, "asset_type": "x", "ancestors": above,
                       "iam_policy": self.policy(key)}

        yield from both(CRM + "organizations/1", ["organizations/1"],
                        {"name": "organizations/1", "displayName": "corp.example"})
        for f in self.folders:
            yield from both(f"{CRM}folders/{f['n']}", self.above(f), {
                "name": f"folders/{f['n']}",
                "parent": f"folders/{f['above']['n']}" if f["above"] else "organizations/1"})
        for p in self.projects:
            yield from both(f"{CRM}projects/{p['n']}", self.above(p), {
                "projectId": p["id"], "projectNumber": str(p["n"]),
                "parent": {"type": "folder", "id": str(p["above"]["n"])}})
        for i, (email, p) in enumerate(self.accounts):
            yield from both(f"//iam.googleapis.com/projects/{p['id']}/serviceAccounts/{email}",
                            self.above(p), {"email": email, "uniqueId": str(10 ** 20 + i)})
        for kind, p, key in self.things:
            data = {"name": key.rsplit("/", 1)[1]}
            if kind == "bucket":
                data["iamConfiguration"] = {"uniformBucketLevelAccess": {"enabled": True}}
            if kind == "instance" and self.random.random() < .5:
                data["serviceAccounts"] = [{
                    "email": self.random.choice(self.accounts)[0],
                    "scopes": ["https://www.googleapis.com/auth/cloud-platform"]}]
            yield from both(key, self.above(p), data)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("directory")
    for name, value in (("projects", 2000), ("identities", 20000), ("bindings", 50000),
                        ("resources", 100000), ("seed", 1)):
        parser.add_argument("--" + name, type=int, default=value)
    given = parser.parse_args()
    o = Organization(given)
    os.makedirs(given.directory, exist_ok=True)
    with open(given.directory + "/assets.json", "w", encoding="utf-8") as f:
        f.writelines(json.dumps(asset) + "\n" for asset in o.assets())
    with open(given.directory + "/roles.json", "w", encoding="utf-8") as f:
        json.dump([{"name": n, "title": "t", "includedPermissions": p}
                   for n, p in ROLES.items()], f)
    with open(given.directory + "/users.json", "w", encoding="utf-8") as f:
        json.dump({"kind": "admin#directory#users",
                   "users": [{"primaryEmail": u, "id": "1"} for u in o.users]}, f)
    for group, members in o.groups.items():
        os.makedirs(f"{given.directory}/groups/{group}", exist_ok=True)
        with open(f"{given.directory}/groups/{group}/members.json", "w",
                  encoding="utf-8") as f:
            json.dump({"kind": "admin#directory#members", "members": [
                {"email": m, "type": "USER", "role": "MEMBER"} for m in members]}, f)


if __name__ == "__main__":
    main()
