"""A large Azure tenant, made up: tenant.py FOLDER [PRINCIPALS ASSIGNMENTS RESOURCES] [SEED]

Writes what `az` would answer: users, nested groups, service principals, subscriptions beneath
management groups, resource groups, resources of which some carry an identity, custom roles,
and assignments at every height, most of them of groups. Equal arguments give equal files.

	python3 benchmarks/tenant.py /tmp/tenant && latchkey --store /tmp/store ingest /tmp/tenant
"""
import json
import pathlib
import random
import sys
import uuid

WELL_KNOWN = {"owner": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "contributor": "b24988ac-6180-42a0-ab88-20f7382dd24c",
              "reader": "acdd72a7-3385-48ef-bd42-f606fba81ae7"}
TYPES = ["Microsoft.Storage/storageAccounts", "Microsoft.KeyVault/vaults", "Microsoft.Compute/virtualMachines",
         "Microsoft.Web/sites", "Microsoft.Sql/servers", "Microsoft.Network/virtualNetworks",
         "Microsoft.Network/networkInterfaces", "Microsoft.Compute/disks"]
CARRIERS = {"Microsoft.Compute/virtualMachines", "Microsoft.Web/sites"}
CUSTOM = [["Microsoft.Compute/virtualMachines/runCommand/action", "Microsoft.Compute/virtualMachines/read"],
          ["Microsoft.Storage/storageAccounts/listKeys/action"], ["Microsoft.Web/sites/*"], ["*/read"],
          ["Microsoft.KeyVault/vaults/*"], ["Microsoft.Authorization/roleAssignments/write", "*/read"]]
PAGE = 1000


class Tenant:
    def __init__(self, folder, principals, assignments, resources, seed):
        self.random, self.folder, self.files = random.Random(seed), pathlib.Path(folder), 0
        self.folder.mkdir(parents=True, exist_ok=True)
        self.tenant = self.id("tenant")
        self.subscriptions = [self.id(f"sub{i}") for i in range(max(1, resources // 1000))]
        self.hierarchy()
        self.directory(principals)
        self.resources(resources, principals)
        self.assignments(assignments)

    def id(self, what):
        return str(uuid.uuid5(uuid.NAMESPACE_DNS, what))

    def write(self, name, rows, wrap=lambda rows: rows):
        for begin in range(0, len(rows), PAGE):
            self.files += 1
            (self.folder / f"{self.files:04}-{name}.json").write_text(json.dumps(wrap(rows[begin:begin + PAGE])))

    def hierarchy(self):
        self.write("accounts", [{"id": s, "name": f"sub{i}", "isDefault": i == 0, "homeTenantId": self.tenant,
                                 "tenantId": self.tenant, "state": "Enabled"} for i, s in enumerate(self.subscriptions)])
        root = "/providers/Microsoft.Management/managementGroups/"
        self.groups_of_management = [f"mg{i}" for i in range(10)]
        children = [{"id": root + m, "name": m, "type": "Microsoft.Management/managementGroups", "displayName": m,
                     "children": [{"id": "/subscriptions/" + s, "name": s, "type": "/subscriptions", "displayName": s}
                                  for s in self.subscriptions[i::10]]} for i, m in enumerate(self.groups_of_management)]
        self.write("management", [{"id": root + self.tenant, "name": self.tenant, "type": "Microsoft.Management/managementGroups",
                                   "displayName": "root", "tenantId": self.tenant, "children": children}], lambda r: r[0])

    def directory(self, principals):
        r, users = self.random, principals * 3 // 4
        self.users = [self.id(f"user{i}") for i in range(users)]
        self.principals = [self.id(f"sp{i}") for i in range(principals - users)]
        self.groups = [self.id(f"group{i}") for i in range(principals // 20)]
        self.write("users", [{"@odata.type": "#microsoft.graph.user", "id": u, "userPrincipalName": f"u{i}@x.example",
                              "accountEnabled": True} for i, u in enumerate(self.users)], lambda r: {"value": r})
        self.write("principals", [{"@odata.type": "#microsoft.graph.servicePrincipal", "id": p, "displayName": f"sp{i}",
                                   "appId": self.id(f"app{i}"), "servicePrincipalType": "ManagedIdentity"}
                                  for i, p in enumerate(self.principals)], lambda r: {"value": r})
        rows = []
        for i, g in enumerate(self.groups):
            members = [{"@odata.type": "#microsoft.graph.user", "id": u} for u in
                       r.sample(self.users, min(users, r.choice([3, 10, 40, 200])))]
            if i > 0 and r.random() < 0.3:
                members.append({"@odata.type": "#microsoft.graph.group", "id": self.groups[r.randrange(i)]})
            rows.append({"@odata.type": "#microsoft.graph.group", "id": g, "displayName": f"g{i}", "securityEnabled": True,
                         "isAssignableToRole": False, "members": members,
                         "owners": [{"@odata.type": "#microsoft.graph.user", "id": r.choice(self.users)}] if i % 5 == 0 else []})
        self.write("groups", rows, lambda r: {"value": r})

    def resources(self, count, principals):
        r, rows, carried = self.random, [], iter(self.principals)
        self.places = []
        for i in range(count):
            sub = self.subscriptions[i % len(self.subscriptions)]
            group = f"/subscriptions/{sub}/resourceGroups/rg{i // len(self.subscriptions) // 10}"
            if i // len(self.subscriptions) % 10 == 0:
                rows.append({"id": group, "name": group.rsplit("/", 1)[1], "tenantId": self.tenant,
                             "type": "microsoft.resources/subscriptions/resourcegroups"})
                self.places.append(group)
            kind = r.choice(TYPES)
            row = {"id": f"{group}/providers/{kind}/r{i}", "name": f"r{i}", "type": kind, "tenantId": self.tenant,
                   "tags": {"team": f"t{i % 50}"}, "properties": {"tenantId": self.tenant}}
            if kind == "Microsoft.KeyVault/vaults":
                row["properties"].update(enableRbacAuthorization=r.random() < 0.7, accessPolicies=[])
            if kind in CARRIERS and r.random() < 0.5:
                identity = next(carried, None)
                if identity:
                    row["identity"] = {"type": "SystemAssigned", "principalId": identity, "tenantId": self.tenant}
            rows.append(row)
            if r.random() < 0.02:
                self.places.append(row["id"])
        self.write("resources", rows, lambda r: {"count": len(r), "total_records": len(r), "skip_token": None, "data": r})

    def assignments(self, count):
        r, rows = self.random, []
        roles = [self.id(f"role{i}") for i in range(len(CUSTOM))]
        for role, actions in zip(roles, CUSTOM):
            rows.append({"id": "/providers/Microsoft.Authorization/roleDefinitions/" + role, "name": role, "tenantId": self.tenant,
                         "type": "microsoft.authorization/roledefinitions", "properties": {
                             "roleName": role[:6], "type": "CustomRole", "permissions": [{"actions": actions}]}})
        for i in range(count):
            way = r.random()
            place = ("/providers/Microsoft.Management/managementGroups/" + r.choice(self.groups_of_management) if way < 0.01 else
                     "/subscriptions/" + r.choice(self.subscriptions) if way < 0.15 else r.choice(self.places))
            who, kind = r.choice([(self.groups, "Group"), (self.groups, "Group"), (self.users, "User"),
                                  (self.principals, "ServicePrincipal")])
            role = r.choice([WELL_KNOWN["reader"]] * 4 + [WELL_KNOWN["contributor"]] + roles if way < 0.15
                            else [WELL_KNOWN["reader"], WELL_KNOWN["contributor"], WELL_KNOWN["owner"]] + roles)
            rows.append({"id": f"{place}/providers/Microsoft.Authorization/roleAssignments/{self.id(f'a{i}')}", "name": "a",
                         "type": "microsoft.authorization/roleassignments", "tenantId": self.tenant, "properties": {
                             "principalId": r.choice(who), "principalType": kind, "roleDefinitionId": role, "scope": place}})
        self.write("assignments", rows, lambda r: {"count": len(r), "total_records": len(r), "skip_token": None, "data": r})


if __name__ == "__main__":
    numbers = [int(a) for a in sys.argv[2:]] + [20000, 5000, 50000, 1][len(sys.argv) - 2:]
    Tenant(sys.argv[1], *numbers)
