"""Seeded worlds of Google Cloud: organizations as an estate would export them.

A world is plain data; `write` puts it down in the formats that tools write: an export of
Cloud Asset Inventory (lines with snake_case, or pages with camelCase), answers of gcloud,
and lists of members of the Admin SDK.
"""
import json
import os
import random

# permission: the kinds of things that it is asked about
PERMISSIONS = {
    "storage.objects.get": ["object"],
    "storage.objects.create": ["object"],
    "storage.objects.list": ["bucket"],
    "storage.buckets.get": ["bucket"],
    "storage.buckets.setIamPolicy": ["bucket"],
    "iam.serviceAccounts.getAccessToken": ["account"],
    "iam.serviceAccounts.actAs": ["account"],
    "secretmanager.versions.access": ["version"],
    "secretmanager.secrets.get": ["secret"],
    "compute.instances.get": ["instance"],
    "resourcemanager.projects.get": ["project"],
    "resourcemanager.projects.setIamPolicy": ["project"],
    "storage.buckets.create": ["project", "folder", "organization"],
    "resourcemanager.folders.get": ["folder"],
}
# the name that deny policies have for them
V2 = {p: (("cloudresourcemanager" if p.startswith("resourcemanager") else p.split(".")[0])
          + ".googleapis.com/" + p.split(".", 1)[1]) for p in PERMISSIONS}
CRM = "//cloudresourcemanager.googleapis.com/"
PREDEFINED = ["roles/owner", "roles/editor", "roles/viewer", "roles/storage.objectViewer",
              "roles/storage.legacyObjectReader"]


class World:
    """One organization. Everything in it has the world's number in its name."""

    def __init__(self, seed, number):
        self.random = random.Random(seed * 1000003 + number)
        self.number = number
        self.domain = f"w{number}.example.com"
        self.organization = str(900000 + number)
        self.folders, self.projects, self.things = [], [], []
        self.users, self.groups, self.accounts = [], {}, []
        self.roles, self.allow, self.deny = {}, {}, []
        self.made, self.named, self.keys, self.chains, self.led = 0, {}, {}, {}, {}
        self.make()

    def name(self, head):
        self.made += 1
        return f"{head}{self.number}x{self.made}"

    def make(self):
        r = self.random
        for i in range(r.randint(0, 2)):
            above = r.choice([None] + self.folders)
            self.folders.append({"number": str(800000 + self.number * 10 + i), "above": above})
        for i in range(r.randint(1, 3)):
            self.projects.append({"id": self.name("p"),
                                  "number": str(700000 + self.number * 10 + i),
                                  "above": r.choice([None] + self.folders)})
        for i in range(r.randint(2, 4)):
            self.users.append(f"u{i}@{self.domain if r.random() < .8 else 'other.example.org'}"
                              if r.random() < .9 else f"U{i}@{self.domain}")
        self.users = sorted({f"w{self.number}{u}" for u in self.users})
        for project in self.projects:
            for kind in r.choices(["bucket", "bucket", "account", "account", "secret",
                                   "instance"], k=r.randint(1, 4)):
                self.things.append(self.thing(kind, project))
        self.accounts = [t["email"] for t in self.things if t["kind"] == "account"]
        for i in range(r.randint(0, 3)):
            inside = r.sample(self.users, r.randint(0, min(2, len(self.users))))
            inside += r.sample(self.accounts, min(len(self.accounts), r.randint(0, 1)))
            inside += r.sample(sorted(self.groups), min(len(self.groups), r.randint(0, 1)))
            self.groups[f"g{self.number}n{i}@{self.domain}"] = \
                inside or [f"nobody@{self.domain}"]
        self.make_roles()
        for holder in self.holders():
            if r.random() < .75:
                self.allow[self.key(holder)] = [
                    self.binding(holder) for _ in range(r.randint(0, 3))]
        for holder in [None] + self.folders + self.projects:
            if r.random() < .25:
                self.deny.append((holder, [self.rule() for _ in range(r.randint(1, 2))]))

    def thing(self, kind, project):
        thing = {"kind": kind, "project": project, "name": self.name(kind[0])}
        if kind == "account":
            thing["email"] = f"{thing['name']}@{project['id']}.iam.gserviceaccount.com"
            thing["unique"] = str(10 ** 20 + self.number * 1000 + self.made)
        return thing

    def make_roles(self):
        r = self.random
        for i in range(r.randint(1, 3)):
            at = r.choice([None] + self.projects)
            path = f"projects/{at['id']}" if at else f"organizations/{self.organization}"
            name = f"{path}/roles/r{self.number}_{i}"
            self.roles[name] = {
                "permissions": r.sample(sorted(PERMISSIONS), r.randint(1, 5)),
                "deleted": r.random() < .1}

    def holders(self):
        return [None] + self.folders + self.projects + self.things

    def key(self, holder):
        """The full resource name of the organization, a container or a thing."""
        if id(holder) not in self.keys:
            self.keys[id(holder)] = self.make_key(holder)
        return self.keys[id(holder)]

    def make_key(self, holder):
        if holder is None:
            return CRM + f"organizations/{self.organization}"
        if "id" in holder:
            return CRM + f"projects/{holder['id']}"
        if "number" in holder:
            return CRM + f"folders/{holder['number']}"
        p = holder["project"]
        return {
            "bucket": f"//storage.googleapis.com/{holder['name']}",
            "account": f"//iam.googleapis.com/projects/{p['id']}/serviceAccounts/"
                       f"{holder.get('email')}",
            "secret": f"//secretmanager.googleapis.com/projects/{p['number']}/secrets/"
                      f"{holder['name']}",
            "instance": f"//compute.googleapis.com/projects/{p['id']}/zones/z/instances/"
                        f"{holder['name']}",
        }[holder["kind"]]

    def member(self, holder):
        r = self.random
        kind = r.choices(["user", "group", "account", "domain", "public", "known", "deleted",
                          "basic"], [8, 5, 5, 1, .5, .5, 1, 3])[0]
        if kind == "group" and self.groups:
            return "group:" + r.choice(sorted(self.groups))
        if kind == "account" and self.accounts:
            return "serviceAccount:" + r.choice(self.accounts)
        if kind == "domain":
            return "domain:" + self.domain
        if kind == "public":
            return "allUsers"
        if kind == "known":
            return "allAuthenticatedUsers"
        if kind == "deleted":
            return f"deleted:user:{r.choice(self.users)}?uid=123"
        if kind == "basic" and holder and holder.get("kind") == "bucket":
            return (r.choice(["projectOwner", "projectEditor", "projectViewer"]) + ":" +
                    holder["project"]["id"])
        return "user:" + r.choice(self.users)

    def binding(self, holder):
        r = self.random
        basic = holder is not None and "id" in holder and r.random() < .3
        role = r.choice(PREDEFINED[:3] if basic else PREDEFINED + sorted(self.roles) * 2)
        members = {self.member(holder) for _ in range(r.randint(1, 3))}
        if role in PREDEFINED[:3]:  # which the provider gives to nobody unknown
            members -= {"allUsers", "allAuthenticatedUsers"}
        b = {"role": role, "members": sorted(members)}
        if r.random() < .35 and role not in PREDEFINED[:3]:
            b["condition"] = {"title": "c", "expression": self.condition()}
        return b

    def atom(self):
        r = self.random
        buckets = [t["name"] for t in self.things if t["kind"] == "bucket"] or ["none"]
        instances = [t for t in self.things if t["kind"] == "instance"]
        name = r.choice(buckets)
        return r.choice([
            'request.time < timestamp("2031-01-01T00:00:00Z")',
            'request.time >= timestamp("2032-06-01T00:00:00Z")',
            'request.path.startsWith("/a")',
            'request.path == "/b"',
            f'resource.name.startsWith("projects/_/buckets/{name}/objects/a")',
            f'resource.name.startsWith("projects/_/buckets/{name}")',
            f'resource.name == "projects/_/buckets/{name}/objects/b"',
            'resource.type == "storage.googleapis.com/Object"',
            'resource.type == "storage.googleapis.com/Bucket"',
            'resource.type != "storage.googleapis.com/Bucket"',
            'resource.service == "storage.googleapis.com"',
            'resource.type == "compute.googleapis.com/Instance"',
            'resource.name.endsWith("' + (instances[0]["name"] if instances else "zz") + '")',
            'resource.service in ["compute.googleapis.com", "secretmanager.googleapis.com"]',
            "true", "false",
        ])

    def condition(self, depth=0):
        r = self.random
        kind = r.random()
        if depth > 1 or kind < .45:
            return self.atom()
        if kind < .6:
            return "!(" + self.condition(depth + 1) + ")"
        op = r.choice([" && ", " || "])
        return "(" + self.condition(depth + 1) + op + self.condition(depth + 1) + ")"

    def denied_permission(self):
        r = self.random
        p = V2[r.choice(sorted(V2))]
        return r.choices([p, p.split(".googleapis.com/")[0] + ".googleapis.com/" +
                          p.split("/")[1].split(".")[0] + ".*"], [3, 1])[0]

    def principal_v2(self):
        r = self.random
        kind = r.random()
        if kind < .3 and self.groups:
            return "principalSet://goog/group/" + r.choice(sorted(self.groups))
        if kind < .45 and self.accounts:
            return ("principal://iam.googleapis.com/projects/-/serviceAccounts/" +
                    r.choice(self.accounts))
        if kind < .6:
            return "principalSet://goog/public:all"
        return "principal://goog/subject/" + r.choice(self.users)

    def rule(self):
        r = self.random
        rule = {"deniedPrincipals": [self.principal_v2() for _ in range(r.randint(1, 2))],
                "deniedPermissions": [self.denied_permission()
                                      for _ in range(r.randint(1, 2))]}
        if r.random() < .4:
            rule["exceptionPrincipals"] = [self.principal_v2()]
        if r.random() < .3:
            rule["exceptionPermissions"] = [V2[r.choice(sorted(V2))]]
        return {"denyRule": rule}


def predefined():
    """What the provider's own roles hold, for all worlds."""
    hold = {"roles/owner": ["resourcemanager.projects.get",
                            "resourcemanager.projects.setIamPolicy", "storage.buckets.create",
                            "compute.instances.get", "iam.serviceAccounts.actAs",
                            "secretmanager.versions.access"],
            "roles/editor": ["resourcemanager.projects.get", "storage.buckets.create",
                             "compute.instances.get", "iam.serviceAccounts.actAs"],
            "roles/viewer": ["resourcemanager.projects.get", "compute.instances.get",
                             "secretmanager.secrets.get"],
            "roles/storage.objectViewer": ["storage.objects.get", "storage.objects.list"],
            "roles/storage.legacyObjectReader": ["storage.objects.get"]}
    return hold


def ancestors(world, holder):
    out = []
    if holder is not None and "project" in holder:
        holder = holder["project"]
    while holder is not None:
        out.append(("projects/" if "id" in holder else "folders/") + holder["number"])
        holder = holder["above"]
    return out + ["organizations/" + world.organization]


def asset_name(world, holder):
    """As the inventory writes it: projects by number, accounts by their unique id."""
    if holder is not None and "id" in holder:
        return CRM + "projects/" + holder["number"]
    if holder is not None and holder.get("kind") == "account":
        return (f"//iam.googleapis.com/projects/{holder['project']['id']}/serviceAccounts/"
                f"{holder['unique']}")
    return world.key(holder)


def description(world, holder):
    if holder is None:
        return {"name": f"organizations/{world.organization}", "displayName": world.domain}
    if "id" in holder or "number" in holder:
        above = holder["above"]
        path = (f"folders/{above['number']}" if above
                else f"organizations/{world.organization}")
        if "id" in holder:
            kind, number = path.split("/")
            return {"projectId": holder["id"], "projectNumber": holder["number"],
                    "lifecycleState": "ACTIVE",
                    "parent": {"type": kind[:-1], "id": number}}
        return {"name": f"folders/{holder['number']}", "parent": path}
    if holder["kind"] == "account":
        return {"email": holder["email"], "uniqueId": holder["unique"]}
    if holder["kind"] == "bucket":
        return {"name": holder["name"],
                "iamConfiguration": {"uniformBucketLevelAccess": {"enabled": True}}}
    return {"name": holder["name"]}


def assets(world, snake):
    resource, policy = [], []
    kind = "asset_type" if snake else "assetType"
    for holder in world.holders():
        base = {"name": asset_name(world, holder), kind: "x.googleapis.com/X",
                "ancestors": ancestors(world, holder)}
        resource.append({**base, "resource": {"version": "v1",
                                              "data": description(world, holder)}})
        if world.key(holder) in world.allow:
            policy.append({**base, ("iam_policy" if snake else "iamPolicy"):
                           {"etag": "BwX", "bindings": world.allow[world.key(holder)]}})
        elif holder is None or "number" in holder:
            policy.append({**base, ("iam_policy" if snake else "iamPolicy"): {"etag": "BwX"}})
    return resource, policy


def write(world, directory):
    r = world.random
    os.makedirs(directory, exist_ok=True)
    snake = r.random() < .5
    resource, policy = assets(world, snake)
    r.shuffle(resource)
    r.shuffle(policy)
    for name, items in (("resources", resource), ("policies", policy)):
        with open(f"{directory}/{name}.json", "w", encoding="utf-8") as f:
            if snake:
                f.writelines(json.dumps(item) + "\n" for item in items)
            else:
                json.dump({"assets": items}, f)
    if world.roles:
        with open(f"{directory}/roles.json", "w", encoding="utf-8") as f:
            json.dump([{"name": name, "title": "t",
                        "includedPermissions": sorted(role["permissions"]),
                        **({"deleted": True} if role["deleted"] else {})}
                       for name, role in sorted(world.roles.items())], f)
    for i, (holder, rules) in enumerate(world.deny):
        path = world.key(holder)[len(CRM):]
        with open(f"{directory}/deny{i}.json", "w", encoding="utf-8") as f:
            json.dump({"name": "policies/cloudresourcemanager.googleapis.com%2F" +
                       path.replace("/", "%2F") + f"/denypolicies/d{i}",
                       "kind": "DenyPolicy", "rules": rules}, f)
    with open(f"{directory}/users.json", "w", encoding="utf-8") as f:
        json.dump({"kind": "admin#directory#users", "users": [
            {"primaryEmail": u, "id": str(world.number)} for u in world.users]}, f)
    for group, inside in sorted(world.groups.items()):
        os.makedirs(f"{directory}/groups/{group}", exist_ok=True)
        with open(f"{directory}/groups/{group}/members.json", "w", encoding="utf-8") as f:
            json.dump({"kind": "admin#directory#members", "members": [
                {"email": m, "role": "MEMBER",
                 "type": "GROUP" if m in world.groups else "USER"} for m in inside]}, f)
