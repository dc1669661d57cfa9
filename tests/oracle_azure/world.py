"""Random tenants of Azure, and the files that its tools would write about them.

A world is plain data. Nothing here decides anything: oracle.py does, from the same data.
"""
import json
import random

READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
EVERYBODY = "00000000-0000-0000-0000-000000000000"

BLOB = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/"
SECRET = "Microsoft.KeyVault/vaults/secrets/"
ASSIGN = "Microsoft.Authorization/roleAssignments/"

# What is asked: operation, whether it is one on data, types of resources that it acts on.
QUESTIONS = [
    ("Microsoft.KeyVault/vaults/read", False, ["vault"]),
    ("Microsoft.KeyVault/vaults/write", False, ["vault"]),
    ("Microsoft.KeyVault/vaults/accessPolicies/write", False, ["vault"]),
    (SECRET + "getSecret/action", True, ["vault"]),
    (SECRET + "setSecret/action", True, ["vault"]),
    ("Microsoft.Storage/storageAccounts/read", False, ["storage"]),
    ("Microsoft.Storage/storageAccounts/listkeys/action", False, ["storage"]),
    ("Microsoft.Storage/storageAccounts/delete", False, ["storage"]),
    (BLOB + "read", True, ["container"]),
    (BLOB + "write", True, ["container"]),
    ("Microsoft.Compute/virtualMachines/runCommand/action", False, ["vm"]),
    ("Microsoft.Compute/virtualMachines/delete", False, ["vm"]),
    ("Microsoft.ManagedIdentity/userAssignedIdentities/assign/action", False, ["identity"]),
    (ASSIGN + "write", False, ["vault", "storage", "vm", "group", "subscription"]),
    (ASSIGN + "read", False, ["vault", "group", "subscription"]),
    ("Microsoft.Resources/subscriptions/resourceGroups/write", False, ["group"]),
]

ACTIONS = ["*", "*/read", "*/write", "*/delete", "*/action", "Microsoft.KeyVault/*",
           "Microsoft.KeyVault/vaults/read", "Microsoft.KeyVault/vaults/*",
           "Microsoft.Storage/*", "microsoft.storage/STORAGEACCOUNTS/listkeys/action",
           "Microsoft.Storage/storageAccounts/*", "Microsoft.Compute/virtualMachines/*",
           "Microsoft.Compute/*/delete", "Microsoft.Authorization/*", ASSIGN + "write",
           "Microsoft.Authorization/*/Write", "Microsoft.Authorization/*/read",
           "Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action",
           "Microsoft.Contoso/widgets/read", "Microsoft.Resources/subscriptions/resourceGroups/*"]
DATA = ["*", "Microsoft.KeyVault/vaults/*", "Microsoft.KeyVault/vaults/secrets/*",
        SECRET + "getSecret/action", BLOB + "*", BLOB + "read", "*/read", "*/write"]

TYPES = {
    "vault": "Microsoft.KeyVault/vaults",
    "storage": "Microsoft.Storage/storageAccounts",
    "vm": "Microsoft.Compute/virtualMachines",
    "identity": "Microsoft.ManagedIdentity/userAssignedIdentities",
}


def guid(r):
    h = "%032x" % r.getrandbits(128)
    return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-8{h[17:20]}-{h[20:]}"


def pick(r, items, most):
    return r.sample(items, r.randint(0, min(most, len(items))))


class World:
    """One tenant: who there is, where things lie, who was given what."""

    def __init__(self, seed):
        r = self.random = random.Random(seed)
        self.tenant = guid(r)
        self.users = [guid(r) for _ in range(4)]
        self.apps = [guid(r) for _ in range(2)]
        self.groups = {guid(r): [] for _ in range(3)}
        self.parent = {}  # key of a place: key of the one above; "/" is the tenant
        self.kind = {}
        self.names = {}
        self.rbac = {}
        self.anonymous = {}  # of accounts and containers: what they say of everybody
        self.policies = {}
        self.join_groups()
        self.make_places()
        self.make_roles()
        self.assignments = [self.make_assignment(False) for _ in range(r.randint(4, 10))]
        self.assignments += [self.make_assignment(True) for _ in range(r.randint(0, 2))]
        self.denies = [self.make_deny() for _ in range(r.choice([0, 0, 1, 2]))]

    def identities(self):
        return self.users + self.apps

    def join_groups(self):
        r, groups = self.random, list(self.groups)
        for i, g in enumerate(groups):
            self.groups[g] = pick(r, self.identities(), 2) + pick(r, groups[i + 1:], 1)

    def add(self, key, kind, above):
        self.parent[key] = above
        self.kind[key] = kind

    def make_places(self):
        r, above = self.random, "/"
        self.kind["/"] = "tenant"
        base = "/providers/Microsoft.Management/managementGroups/"
        root = base + self.tenant
        self.add(root, "management", "/")
        middle = base + "mg-" + self.tenant[:8]
        self.add(middle, "management", root)
        for s in range(2):
            sub = "/subscriptions/" + guid(r)
            self.add(sub, "subscription", r.choice([root, middle]))
            # a name that begins like another one is another place
            for name in r.sample(["rg-a", "rg-ab", "RG-Web"], 2):
                group = sub + "/resourceGroups/" + name
                self.add(group, "group", sub)
                self.make_resources(group)

    def make_resources(self, group):
        r = self.random
        for kind in r.sample(list(TYPES), r.randint(1, 3)):
            key = f"{group}/providers/{TYPES[kind]}/{kind}{r.randint(1, 9)}x"
            self.add(key, kind, group)
            if kind == "storage":
                self.anonymous[key] = r.choice([True, False, False, None])
                for name in r.sample(["exports", "private"], r.randint(1, 2)):
                    container = f"{key}/blobServices/default/containers/{name}"
                    self.add(container, "container", key)
                    self.anonymous[container] = r.choice(["None", "None", "Blob", "Container", None])
            if kind == "vault":
                self.rbac[key] = r.random() < 0.6
                self.policies[key] = [
                    {"tenantId": self.tenant, "objectId": who, "permissions":
                        {"secrets": r.choice([["get"], ["Get", "List"], ["all"], ["set"], []]),
                         "keys": []}}
                    for who in pick(r, self.identities() + list(self.groups), 2)]

    def make_block(self):
        r = self.random
        return {"actions": pick(r, ACTIONS, 2), "notActions": pick(r, ACTIONS[1:], r.choice([0, 2])),
                "dataActions": pick(r, DATA, r.choice([0, 2])),
                "notDataActions": pick(r, DATA[1:], r.choice([0, 1]))}

    def make_roles(self):
        r = self.random
        self.roles = {guid(r): [self.make_block() for _ in range(r.choice([1, 1, 2, 3]))]
                      for _ in range(4)}
        self.roles[OWNER] = [{"actions": ["*"]}]
        self.roles[READER] = [{"actions": ["*/read"]}]
        self.lost = guid(r)  # a role that nobody wrote down

    def make_condition(self):
        r = self.random
        return r.choice([None, None, None, "container", "delegate", "principal"])

    def make_assignment(self, eligible):
        r = self.random
        role = r.choice(list(self.roles) + ([self.lost] if r.random() < 0.3 else []))
        return {"id": guid(r), "who": r.choice(self.identities() + list(self.groups)),
                "role": role, "place": r.choice(list(self.kind)),
                "condition": None if eligible else self.make_condition(), "eligible": eligible,
                "says_type": r.random() < 0.8}

    def make_deny(self):
        r = self.random
        everyone = self.identities() + list(self.groups)
        return {"id": guid(r), "place": r.choice(list(self.parent)),
                "blocks": [self.make_block() for _ in range(r.choice([1, 2]))],
                "principals": [EVERYBODY] if r.random() < 0.5 else r.sample(everyone, 2),
                "excluded": pick(r, everyone, 2), "children": r.random() < 0.7}

    # --- the files ---

    def spelled(self, key):
        """Ids mean the same in any case, and tools do spell them differently."""
        return self.random.choice([key, key, key.lower(), key.replace("resourceGroups", "resourcegroups")])

    def object_type(self, who):
        if who in self.groups:
            return "Group"
        return "User" if who in self.users else "ServicePrincipal"

    def condition_text(self, name):
        return {
            None: None,
            "container": f"((!(ActionMatches{{'{BLOB}read'}})) OR (@Resource[Microsoft.Storage/"
                         "storageAccounts/blobServices/containers:name] StringEquals 'exports'))",
            "delegate": f"((!(ActionMatches{{'{ASSIGN}write'}})) OR (@Request[Microsoft."
                        "Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:"
                        f"GuidEquals {{{READER}}}))",
            "principal": "@Principal[Microsoft.Directory/CustomSecurityAttributes/Id:"
                         "Engineering_Level] StringEquals 'senior'",
        }[name]

    def assignment_json(self, a, flat):
        sort = "roleEligibilityScheduleInstances" if a["eligible"] else "roleAssignments"
        place = self.spelled(a["place"])
        props = {"principalId": a["who"], "scope": place, "condition": self.condition_text(a["condition"]),
                 "roleDefinitionId": "/providers/Microsoft.Authorization/roleDefinitions/" + a["role"]}
        if a["says_type"]:
            props["principalType"] = self.object_type(a["who"])
        head = {"id": f"{place.rstrip('/')}/providers/Microsoft.Authorization/{sort}/{a['id']}",
                "name": a["id"], "type": "Microsoft.Authorization/" + sort}
        return {**head, **props} if flat else {**head, "properties": props}

    def deny_json(self, d):
        place = self.spelled(d["place"])
        return {"id": f"{place}/providers/Microsoft.Authorization/denyAssignments/{d['id']}",
                "name": d["id"], "type": "Microsoft.Authorization/denyAssignments",
                "properties": {"denyAssignmentName": "deny", "permissions": d["blocks"], "scope": place,
                               "doNotApplyToChildScopes": not d["children"],
                               "principals": [{"id": p, "type": "SystemDefined" if p == EVERYBODY
                                               else self.object_type(p)} for p in d["principals"]],
                               "excludePrincipals": [{"id": p, "type": self.object_type(p)}
                                                     for p in d["excluded"]]}}

    def resource_json(self, key, flat):
        props = {"tenantId": self.tenant}
        if key in self.rbac:
            props.update(enableRbacAuthorization=self.rbac[key], accessPolicies=self.policies[key])
        if self.anonymous.get(key) is not None:
            props["publicAccess" if self.kind[key] == "container" else "allowBlobPublicAccess"] = self.anonymous[key]
        kind = self.kind[key]
        types = {"group": "Microsoft.Resources/resourceGroups",
                 "container": TYPES["storage"] + "/blobServices/containers"}
        head = {"id": self.spelled(key), "name": key.rsplit("/", 1)[1], "tags": None,
                "type": types.get(kind) or TYPES[kind], "tenantId": self.tenant, "location": "westeurope"}
        return {**head, **props} if flat else {**head, "properties": props}

    def group_json(self, g):
        return {"@odata.type": "#microsoft.graph.group", "id": g, "displayName": "group-" + g[:8],
                "securityEnabled": True, "members": [
                    {"@odata.type": "#microsoft.graph." + (t := self.object_type(m))[0].lower() + t[1:],
                     "id": m} for m in self.groups[g]]}

    def write(self, folder):
        folder.mkdir(parents=True)
        r = self.random
        subs = [k for k, kind in self.kind.items() if kind == "subscription"]
        base = "/providers/Microsoft.Management/managementGroups/"

        def put(name, value):
            (folder / name).write_text(json.dumps(value))

        def rows(name, items):
            """A list of az, a page of ARM or a table of Resource Graph."""
            put(name, r.choice([items, {"value": items}, {"count": len(items), "data": items,
                                                          "skip_token": None, "total_records": len(items)}])
                if items else {"value": []})

        put("accounts.json", [{"id": s.rsplit("/", 1)[1], "name": "sub", "state": "Enabled", "isDefault": False,
                               "tenantId": self.tenant, "homeTenantId": self.tenant} for s in subs])
        put("management.json", {"value": [
            {"id": k, "name": k.rsplit("/", 1)[1], "type": "Microsoft.Management/managementGroups",
             "properties": {"tenantId": self.tenant, "displayName": k.rsplit("/", 1)[1], "children": [
                 {"id": c, "type": "x", "name": c.rsplit("/", 1)[1]} for c, above in self.parent.items() if above == k],
                 "details": {"parent": {"id": above}} if above != "/" else {}}}
            for k, above in self.parent.items() if k.startswith(base)]})
        put("users.json", {"value": [{"@odata.type": "#microsoft.graph.user", "id": u, "accountEnabled": True,
                                      "userPrincipalName": f"{u[:8]}@x.example"} for u in self.users]})
        put("principals.json", [{"@odata.type": "#microsoft.graph.servicePrincipal", "id": a, "displayName": a[:8],
                                 "appId": a, "servicePrincipalType": "Application"} for a in self.apps])
        put("groups.json", {"value": [self.group_json(g) for g in self.groups]})
        flat = r.random() < 0.5
        rows("resources.json", [self.resource_json(k, flat) for k, kind in self.kind.items()
                                if kind in TYPES or kind in ("group", "container")])
        # in the table of Resource Graph, so that nothing is left to be unread
        put("assignments.json", {"count": 1, "total_records": 1, "skip_token": None, "data": [
            {**self.assignment_json(a, r.random() < 0.5), "tenantId": self.tenant} for a in self.assignments]})
        put("read.json", {"count": 1, "total_records": 1, "skip_token": None, "data": [
            {**self.assignment_json({"id": guid(r), "who": guid(r), "role": READER, "place": p, "condition": None,
                                     "eligible": False, "says_type": False} | {"says_type": False}, True),
             "principalType": "ServicePrincipal", "tenantId": self.tenant} for p in subs + ["/"]]})
        rows("roles.json", [{"id": "/providers/Microsoft.Authorization/roleDefinitions/" + g, "name": g,
                             "type": "Microsoft.Authorization/roleDefinitions", "roleType": "CustomRole",
                             "roleName": "role-" + g[:8], "permissions": blocks, "assignableScopes": ["/"]}
                            for g, blocks in self.roles.items() if g not in (OWNER, READER)])
        put("denies.json", {"value": [self.deny_json(d) for d in self.denies]})
