"""Every hop rule of Azure in a world of its own, and in its near misses.

azure_worlds.py LATCHKEY [RULE...] or LATCHKEY --shard I N: builds a tenant for each variant, all in one store, and asks. A
world is: an actor, a target, what ties them, and a role with just these operations on it.
Written from the providers' documents and not from the rule files; a rule without a row
here fails, and so does a row without its rule.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import uuid

OTHER = "Microsoft.Resources/tags/write"  # what a role has in place of what is taken away

# rule: (yield, what ties actor and target, operations, other facts)
#   become   the actor becomes the service principal that the resource carries
#   access   the actor gets at the resource itself
#   object   the actor becomes the directory object that the operations are on
#   member   the actor is a member of the group that the operations are on
#   tenant   the actor gets at everything of the tenant
#   carried  the actor is a thing, a token or an application that stands for the target
C, W = "Microsoft.Compute/", "Microsoft.Web/sites/"
VM, K8S = C + "virtualMachines", "Microsoft.ContainerService/managedClusters"
AA, ACR = "Microsoft.Automation/automationAccounts", "Microsoft.ContainerRegistry/registries"
ACI, APP = "Microsoft.ContainerInstance/containerGroups", "Microsoft.App/containerApps"
ARC, JOB = "Microsoft.HybridCompute/machines", "Microsoft.App/jobs"
BATCH, ML = "Microsoft.Batch/batchAccounts", "Microsoft.MachineLearningServices/workspaces"
ADF, SYN = "Microsoft.DataFactory/factories", "Microsoft.Synapse/workspaces"
MI, ST = "Microsoft.ManagedIdentity/userAssignedIdentities", "Microsoft.Storage/storageAccounts"
KV, AUTH, DIR = "Microsoft.KeyVault/vaults", "Microsoft.Authorization/", "microsoft.directory/"
SUB, RG = "subscription", "group"


def on(kind, *operations):
    return [f"{kind}/{o}" for o in operations]


def unsure(row):
    return row + ({"unknown"},)


ROWS = {
    "azure-a03": ("become", VM, on(VM, "runCommand/action")),
    "azure-a03-managed": ("become", VM, on(VM, "runCommands/write")),
    "azure-a04": ("become", VM, on(VM, "extensions/write")),
    "azure-a06": ("become", C + "virtualMachineScaleSets",
                  [C + "virtualMachineScaleSets/virtualMachines/runCommand/action"]),
    "azure-a06-extension": ("become", C + "virtualMachineScaleSets", [C + "virtualMachineScaleSets/extensions/write"]),
    "azure-a06-write": ("become", C + "virtualMachineScaleSets", [C + "virtualMachineScaleSets/write"]),
    "azure-a07": ("become", ARC, on(ARC, "extensions/write")),
    "azure-a07-command": ("become", ARC, on(ARC, "runCommands/write")),
    "azure-a08": unsure(("become", VM, ["data:" + VM + "/loginAsAdmin/action"])),
    "azure-a08-user": unsure(("become", VM, ["data:" + VM + "/login/action"])),
    "azure-a21-exec": ("become", ACI, on(ACI, "containers/exec/action")),
    "azure-a21-group": ("become", ACI, on(ACI, "write")),
    "azure-a21-app-exec": ("become", APP, on(APP, "exec/action")),
    "azure-a21-app": ("become", APP, on(APP, "write")),
    "azure-a21-job": ("become", JOB, on(JOB, "write", "start/action")),
    "azure-a21-pool": ("become", BATCH, on(BATCH, "pools/write")),
    "azure-a21-ml": ("become", ML, on(ML, "jobs/write")),
    "azure-a21-ml-compute": ("become", ML, on(ML, "computes/write")),
    "azure-a21-factory": ("become", ADF, on(ADF, "pipelines/write", "pipelines/createrun/action")),
    "azure-a21-synapse": ("become", SYN, on(SYN, "administrators/write")),
    "azure-a21-apim": ("become", "Microsoft.ApiManagement/service", ["Microsoft.ApiManagement/service/apis/policies/write"]),
    "azure-a15": ("become", W[:-1], [W + "publishxml/action"]),
    "azure-a15-config": ("become", W[:-1], [W + "config/write"]),
    "azure-a15-list": ("become", W[:-1], [W + "config/list/action"]),
    "azure-a15-keys": ("become", W[:-1], [W + "host/listkeys/action"]),
    "azure-a15-function": ("become", W[:-1], [W + "functions/write"]),
    "azure-a15-source": ("become", W[:-1], [W + "sourcecontrols/write"]),
    "azure-a15-extension": ("become", W[:-1], [W + "extensions/write"]),
    "azure-a15-publish": ("become", W[:-1], [W + "publish/action"]),
    "azure-a16": ("become", AA, on(AA, "runbooks/write", "jobs/write")),
    "azure-a16-draft": ("become", AA, on(AA, "runbooks/draft/write", "runbooks/publish/action", "jobs/write")),
    "azure-a16-webhook": ("become", AA, on(AA, "runbooks/write", "webhooks/write")),
    "azure-a17": ("become", "Microsoft.Logic/workflows", ["Microsoft.Logic/workflows/write"]),
    "azure-a18": ("become", K8S, on(K8S, "listClusterAdminCredential/action")),
    "azure-a18-command": ("become", K8S, on(K8S, "runCommand/action")),
    "azure-a18-user": unsure(("become", K8S, on(K8S, "listClusterUserCredential/action"))),
    "azure-a28-exec": ("become", K8S, ["data:" + K8S + "/pods/exec/action"]),
    "azure-a28": ("become", K8S, ["data:" + K8S + "/pods/write"]),
    "azure-a28-deployment": ("become", K8S, ["data:" + K8S + "/apps/deployments/write"]),
    "azure-a28-daemonset": ("become", K8S, ["data:" + K8S + "/apps/daemonsets/write"]),
    "azure-a28-job": ("become", K8S, ["data:" + K8S + "/batch/jobs/write"]),
    "azure-a28-secret": unsure(("become", K8S, ["data:" + K8S + "/secrets/read"])),
    "azure-a28-binding": ("become", K8S, ["data:" + K8S + "/rbac.authorization.k8s.io/clusterrolebindings/write"]),
    "azure-a29": unsure(("become", K8S, on(K8S, "trustedAccessRoleBindings/write"))),
    "azure-a19": ("become", ACR, on(ACR, "tasks/write")),
    "azure-a19-run": ("become", ACR, on(ACR, "scheduleRun/action")),
    "azure-a09": unsure(("become", MI, on(MI, "*/assign/action"))),
    "azure-a05": ("become", MI, on(MI, "*/assign/action") + ["rg:" + VM + "/write", "rg:" + VM + "/runCommand/action"], {"vm"}),
    "azure-a05-extension": ("become", MI, on(MI, "*/assign/action") + ["rg:" + VM + "/write", "rg:" + VM + "/extensions/write"],
                            {"vm"}),
    "azure-a09-container": ("become", MI, on(MI, "*/assign/action") + ["rg:" + ACI + "/write"]),
    "azure-a20": ("become", MI, on(MI, "*/assign/action") + [
        "rg:Microsoft.Resources/deploymentScripts/write", "rg:" + ACI + "/write", "rg:" + ST + "/write"]),
    "azure-a10": ("become", MI, on(MI, "federatedIdentityCredentials/write")),
    "azure-a11": ("access", ST, on(ST, "listkeys/action"), {"shared_keys"}),
    "azure-a11-regenerate": ("access", ST, on(ST, "regeneratekey/action"), {"shared_keys"}),
    "azure-a11-sas": ("access", ST, on(ST, "ListAccountSas/action"), {"shared_keys"}),
    "azure-a11-service-sas": ("access", ST, on(ST, "ListServiceSas/action"), {"shared_keys"}),
    "azure-a12-cosmos": ("access", "Microsoft.DocumentDB/databaseAccounts", ["Microsoft.DocumentDB/databaseAccounts/listKeys/action"]),
    "azure-a12-eventhub": ("access", "Microsoft.EventHub/namespaces", ["Microsoft.EventHub/namespaces/authorizationRules/listkeys/action"]),
    "azure-a12-servicebus": ("access", "Microsoft.ServiceBus/namespaces", ["Microsoft.ServiceBus/namespaces/authorizationRules/listkeys/action"]),
    "azure-a12-relay": ("access", "Microsoft.Relay/namespaces", ["Microsoft.Relay/namespaces/authorizationRules/listkeys/action"]),
    "azure-a12-redis": ("access", "Microsoft.Cache/redis", ["Microsoft.Cache/redis/listKeys/action"]),
    "azure-a12-search": ("access", "Microsoft.Search/searchServices", ["Microsoft.Search/searchServices/listAdminKeys/action"]),
    "azure-a12-ai": ("access", "Microsoft.CognitiveServices/accounts", ["Microsoft.CognitiveServices/accounts/listKeys/action"]),
    "azure-a12-batch": ("access", BATCH, on(BATCH, "listkeys/action")),
    "azure-a12-signalr": ("access", "Microsoft.SignalRService/SignalR", ["Microsoft.SignalRService/SignalR/listkeys/action"]),
    "azure-a12-configuration": ("access", "Microsoft.AppConfiguration/configurationStores", ["Microsoft.AppConfiguration/configurationStores/ListKeys/action"]),
    "azure-a12-registry": ("access", ACR, on(ACR, "listCredentials/action")),
    "azure-a12-maps": ("access", "Microsoft.Maps/accounts", ["Microsoft.Maps/accounts/listKeys/action"]),
    "azure-a12-notification": ("access", "Microsoft.NotificationHubs/namespaces", ["Microsoft.NotificationHubs/namespaces/authorizationRules/listkeys/action"]),
    "azure-a12-logs": ("access", "Microsoft.OperationalInsights/workspaces", ["Microsoft.OperationalInsights/workspaces/sharedKeys/action"]),
    "azure-a12-iot": ("access", "Microsoft.Devices/IotHubs", ["Microsoft.Devices/IotHubs/listkeys/action"]),
    "azure-a12-topic": ("access", "Microsoft.EventGrid/topics", ["Microsoft.EventGrid/topics/listKeys/action"]),
    "azure-a12-communication": ("access", "Microsoft.Communication/CommunicationServices", ["Microsoft.Communication/CommunicationServices/ListKeys/action"]),
    "azure-a13": ("access", KV, on(KV, "accessPolicies/write"), {"policies"}),
    "azure-a13-write": ("access", KV, on(KV, "write"), {"policies"}),
    "azure-a22": ("access", C + "disks", [C + "disks/beginGetAccess/action"]),
    "azure-a22-snapshot": ("access", C + "snapshots", [C + "snapshots/beginGetAccess/action"]),
    "azure-a23": ("access", "Microsoft.Sql/servers", ["Microsoft.Sql/servers/administrators/write"]),
    "azure-a23-write": ("access", "Microsoft.Sql/servers", ["Microsoft.Sql/servers/write"]),
    "azure-a23-postgresql": ("access", "Microsoft.DBforPostgreSQL/flexibleServers", ["Microsoft.DBforPostgreSQL/flexibleServers/administrators/write"]),
    "azure-a23-mysql": ("access", "Microsoft.DBforMySQL/flexibleServers", ["Microsoft.DBforMySQL/flexibleServers/administrators/write"]),
    "azure-a01": ("access", RG, [AUTH + "roleAssignments/write"]),
    "azure-a02": unsure(("access", RG, [AUTH + "roleDefinitions/write"])),
    "azure-a24": ("access", SUB, ["Microsoft.ManagedServices/registrationAssignments/write", AUTH + "roleAssignments/write"]),
    "azure-a26": ("access", RG, [AUTH + "roleEligibilityScheduleRequests/write"]),
    "azure-a26-active": ("access", RG, [AUTH + "roleAssignmentScheduleRequests/write"]),
    "azure-a27": unsure(("access", RG, [AUTH + "policyAssignments/write"])),
    "azure-a25": ("tenant", "-", on(DIR[:-1], "organization/allProperties/allTasks")),
    "azure-e04": ("tenant", "-", on(DIR[:-1], "roleAssignments/allProperties/allTasks")),
    "azure-e04-permissions": ("tenant", "-", on(DIR[:-1], "servicePrincipals/managePermissionGrantsForAll.microsoft-company-admin")),
    "azure-e05": ("tenant", "-", on(DIR[:-1], "domains/federation/update")),
    "azure-e05-hybrid": unsure(("tenant", "-", on(DIR[:-1], "hybridAuthenticationPolicy/allProperties/allTasks"))),
    "azure-e05-certificates": unsure(("tenant", "-", on(DIR[:-1], "organization/trustedCAsForPasswordlessAuth/update"))),
    "azure-e05-entitlement": unsure(("tenant", "-", on(DIR[:-1], "entitlementManagement/allProperties/allTasks"))),
    "azure-e01": ("object", "application", on(DIR[:-1], "applications/credentials/update")),
    "azure-e01-owner": ("object", "application", on(DIR[:-1], "applications/owners/update")),
    "azure-e01-principal": ("object", "principal", on(DIR[:-1], "servicePrincipals/credentials/update")),
    "azure-e01-principal-owner": ("object", "principal", on(DIR[:-1], "servicePrincipals/owners/update")),
    "azure-e02": ("member", "group", on(DIR[:-1], "groups/members/update")),
    "azure-e02-owner": ("member", "group", on(DIR[:-1], "groups/owners/update")),
    "azure-e02-rule": ("member", "group", on(DIR[:-1], "groups/dynamicMembershipRule/update")),
    "azure-e02-attribute": unsure(("member", "rule-group", on(DIR[:-1], "users/basic/update"))),
    "azure-e02-role": ("member", "role-group", on(DIR[:-1], "groupsAssignableToRoles/members/update")),
    "azure-e02-role-owner": ("member", "role-group", on(DIR[:-1], "groupsAssignableToRoles/owners/update")),
    "azure-e03": ("object", "user", on(DIR[:-1], "users/password/update")),
    "azure-e03-method": ("object", "user", on(DIR[:-1], "users/authenticationMethods/create")),
    # without a permission: what a thing carries, it acts as
    "azure-carry": ("carried", VM, []),
    "azure-federated": ("carried", "token", []),
    "azure-e06": unsure(("carried", "consent", [])),
}


# What a restricted administrative unit may hold: who else may change it is not decided.
RESTRICTED = {"user", "group", "role-group", "rule-group"}
# Of these nothing takes away what a role of the directory gives.
UNBOUND = {"application", "principal", "-"}


def lacks(rule, names):
    """Outcomes that a rule must have and its worlds do not."""
    way, kind, operations = ROWS[rule][:3]
    want = {"base", "elsewhere"}
    if operations:
        want |= {"without-0", "eligible"} | ({"condition"} if way in ("become", "access") else set())
        want |= set() if kind in UNBOUND and way not in ("become", "access") else \
            {"restricted"} if way not in ("become", "access") else {f"denied-{i}" for i in range(len(operations))}
    return sorted(want - names)


class Variant:
    """A tenant in which a rule holds, or all but one thing of what it needs."""

    def __init__(self, rule, name, found):
        self.rule, self.name, self.found = rule, name, found
        self.row = ROWS[rule]
        self.operations = list(self.row[2])
        self.where = "target"
        self.denied = None  # the operation that a deny assignment takes away
        self.condition = self.eligible = self.restricted = False
        self.facts = set(self.row[3]) if len(self.row) > 3 else set()
        self.attribute = True  # the fact that the rule asks of the target

    def id(self, what):
        return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{self.rule}.{self.name}.{what}"))

    @property
    def tenant(self):
        return self.id("tenant")

    @property
    def subscription(self):
        return "/subscriptions/" + self.id("subscription")

    def key(self, which="target", kind=None):
        kind = kind or self.row[1]
        group = f"{self.subscription}/resourceGroups/{which if kind == RG else 'rg'}"
        if kind == SUB:
            return self.subscription if which == "target" else group
        return group if kind == RG else f"{group}/providers/{kind}/{which}"

    def object(self, which="target"):
        return self.id(which)


def variants(rule):
    verdict = "unknown" if "unknown" in (ROWS[rule][3] if len(ROWS[rule]) > 3 else ()) else "allowed"
    way, kind, operations = ROWS[rule][:3]
    yield Variant(rule, "base", verdict)
    for i in range(len(operations)):
        v = Variant(rule, f"without-{i}", None)
        where = "rg:" if operations[i].startswith("rg:") else ""
        v.operations[i] = where + OTHER if way in ("become", "access") else DIR + "users/standard/read"
        yield v
    v = Variant(rule, "elsewhere", None)
    v.where = "other"
    yield v
    for i in range(len(operations) if way in ("become", "access") else 0):
        v = Variant(rule, f"denied-{i}", None)
        v.denied = operations[i]
        yield v
    if way in ("become", "access"):
        v = Variant(rule, "condition", "unknown" if verdict == "unknown" else "conditional")
        v.condition = True
        yield v
    if operations:
        v = Variant(rule, "eligible", "unknown" if verdict == "unknown" else "eligible")
        v.eligible = True
        yield v
    if way in ("object", "member") and kind in RESTRICTED:
        v = Variant(rule, "restricted", "unknown")
        v.restricted = True
        yield v
    if Variant(rule, "", None).facts & {"shared_keys", "policies", "vm"} or way == "member":
        v = Variant(rule, "other-attribute", None)
        v.attribute = False
        yield v


def documents(v):
    """What the tools would answer about the tenant."""
    way, kind, _ = v.row[:3]
    tenant, sub = v.tenant, v.subscription
    mg = "/providers/Microsoft.Management/managementGroups/" + tenant
    yield [{"id": sub.rsplit("/", 1)[1], "name": "sub", "isDefault": True, "homeTenantId": tenant, "tenantId": tenant,
            "state": "Enabled"}]
    yield {"id": mg, "name": tenant, "type": "Microsoft.Management/managementGroups", "properties": {
        "tenantId": tenant, "displayName": "root", "children": [{"id": sub, "displayName": "sub"}]}}
    yield from directory(v)
    yield {"count": 1, "total_records": 1, "skip_token": None, "data": list(resources(v))}
    yield {"count": 1, "total_records": 1, "skip_token": None, "data": list(assignments(v))}
    if kind == "token":
        yield {"value": [{"id": f"{v.key(w, MI)}/federatedIdentityCredentials/f", "name": "f",
                          "type": MI + "/federatedIdentityCredentials", "tenantId": tenant, "properties": {
                              "issuer": "https://token.example", "audiences": ["api://AzureADTokenExchange"],
                              "subject": f"{w}-{v.id('subject')}"}} for w in ("target", "other")]}
    if kind == "consent":
        yield {"value": [{"id": c, "clientId": v.id(c), "consentType": "Principal", "principalId": v.object(who),
                          "resourceId": v.id("api"), "scope": "user_impersonation", "tenantId": tenant}
                         for c, who in (("client", v.where), ("another", "nobody"))]}
    if v.denied:
        place = f"{sub}/resourceGroups/rg" if v.denied.startswith("rg:") else v.key()
        block = {"dataActions": [v.denied[5:]]} if v.denied.startswith("data:") else {
            "actions": [v.denied.removeprefix("rg:")]}
        yield {"value": [{"id": f"{place}/providers/Microsoft.Authorization/denyAssignments/{v.id('deny')}",
                          "type": "Microsoft.Authorization/denyAssignments", "properties": {
                              "denyAssignmentName": "no", "scope": place, "permissions": [block],
                              "principals": [{"id": v.id("eve"), "type": "User"}], "excludePrincipals": []}}]}


def directory(v):
    way, kind, _ = v.row[:3]
    users = [v.id("eve")] + ([v.object(w) for w in ("target", "other")] if kind in ("user", "consent") else [])
    yield {"value": [{"@odata.type": "#microsoft.graph.user", "id": u, "accountEnabled": True,
                      "userPrincipalName": f"{u}@x.example"} for u in users]}
    names = ["target", "other"]
    principals = [{"@odata.type": "#microsoft.graph.servicePrincipal", "id": v.id(w if kind != "application" else "sp-" + w),
                   "appId": v.id("app-" + w), "displayName": w, "servicePrincipalType": "Application"} for w in names]
    if kind == "consent":
        yield [{**principals[0], "id": v.id("client"), "displayName": "client"}]
    elif kind not in ("user", "group", "role-group", "rule-group"):
        yield principals
    if kind == "application":
        yield [{"@odata.type": "#microsoft.graph.application", "id": v.object(w), "appId": v.id("app-" + w),
                "displayName": w} for w in names]
    if kind == "rule-group":
        yield [{"@odata.type": "#microsoft.graph.group", "id": v.object(w), "displayName": w, "securityEnabled": True,
                "groupTypes": ["DynamicMembership"] if v.attribute else [], "isAssignableToRole": False, "members": [],
                "membershipRule": "user.department -eq \"ops\"" if v.attribute else None} for w in names]
    elif way == "member":
        may = (kind == "role-group") == v.attribute
        yield [{"@odata.type": "#microsoft.graph.group", "id": v.object(w), "displayName": w, "securityEnabled": True,
                "isAssignableToRole": may, "members": []} for w in names]


def resources(v):
    way, kind, _ = v.row[:3]
    if kind in ("-", "application", "principal", "group", "role-group", "rule-group", "user", "consent"):
        kind = None
    if way == "carried" and kind:
        kind = MI if kind == "token" else kind
    if "vm" in v.facts and v.attribute:
        yield {"id": f"{v.subscription}/resourceGroups/rg/providers/{VM}/m", "name": "m", "type": VM, "tenantId": v.tenant,
               "properties": {}}
    for which in ("target", "other"):
        if not kind or kind == SUB or kind == RG:
            name = which if kind == RG else "rg"
            yield {"id": f"{v.subscription}/resourceGroups/{name}", "name": name, "tenantId": v.tenant,
                   "type": "microsoft.resources/subscriptions/resourcegroups"}
            continue
        props = {"tenantId": v.tenant}
        if kind == MI:
            props["principalId"] = v.object(which)
        if kind == KV:
            props.update(enableRbacAuthorization=not v.attribute, accessPolicies=[])
        if kind == ST:
            props["allowSharedKeyAccess"] = v.attribute
        row = {"id": v.key(which, kind), "name": which, "type": kind, "tenantId": v.tenant, "properties": props}
        if way in ("become", "carried") and kind != MI:
            row["identity"] = {"type": "SystemAssigned", "principalId": v.object(which), "tenantId": v.tenant}
        yield row


def assignments(v):
    way, kind, _ = v.row[:3]
    role, eve, more = v.id("role"), v.id("eve"), v.id("more")
    beside = [o[3:] for o in v.operations if o.startswith("rg:")]
    arm = way in ("become", "access")
    if arm:
        data = [o[5:] for o in v.operations if o.startswith("data:")]
        yield {"id": "/providers/Microsoft.Authorization/roleDefinitions/" + role, "name": role, "tenantId": v.tenant,
               "type": "microsoft.authorization/roledefinitions", "properties": {
                   "roleName": "just", "type": "CustomRole", "permissions": [
                       {"actions": [o for o in v.operations if o[:5] != "data:" and o[:3] != "rg:"], "dataActions": data}]}}
    elif way != "carried":
        yield {"id": role, "displayName": "just", "rolePermissions": [{"allowedResourceActions": v.operations}]}
        scope = "/" if v.where == "target" and way == "tenant" else "/" + v.object(v.where)
        if kind == "rule-group" and v.where == "target":  # what the rule reads is the actor's own
            scope = "/" + eve
        yield {"id": v.id("assignment"), "principalId": eve, "roleDefinitionId": role, "directoryScopeId": scope,
               **({"memberType": "Direct", "roleEligibilityScheduleId": "s"} if v.eligible else {})}
        if v.eligible:  # somebody else's, so that roles count as read
            yield {"id": v.id("other"), "principalId": v.id("nobody"), "roleDefinitionId": role, "directoryScopeId": "/"}
        if v.restricted:
            yield {"@odata.type": "#microsoft.graph.administrativeUnit", "id": v.id("unit"), "displayName": "unit",
                   "isMemberManagementRestricted": True, "members": [{"id": v.id("eve" if kind == "rule-group" else "target")}]}
    places = [(v.key(v.where), role, eve)] if arm else []
    if beside:
        yield {"id": "/providers/Microsoft.Authorization/roleDefinitions/" + more, "name": more, "tenantId": v.tenant,
               "type": "microsoft.authorization/roledefinitions", "properties": {
                   "roleName": "more", "type": "CustomRole", "permissions": [{"actions": beside}]}}
        places.append((f"{v.subscription}/resourceGroups/rg", more, eve))
    if way == "member":
        places.append((f"{v.subscription}/resourceGroups/rg", "acdd72a7-3385-48ef-bd42-f606fba81ae7", v.object()))
    # somebody else's, so that all places count as read
    places += [(p, "acdd72a7-3385-48ef-bd42-f606fba81ae7", v.id("nobody")) for p in (v.subscription, "/")]
    for place, given, who in places:
        sort = "roleEligibilityScheduleInstances" if v.eligible and given == role else "roleAssignments"
        yield {"id": f"{place.rstrip('/')}/providers/Microsoft.Authorization/{sort}/{v.id(place + who)}",
               "name": "a", "type": f"microsoft.authorization/{sort.lower()}", "tenantId": v.tenant, "properties": {
                   "principalId": who, "principalType": "Group" if who == v.object() and way == "member" else "User",
                   "roleDefinitionId": given, "scope": place,
                   "condition": "@Principal[Microsoft.Directory/CustomSecurityAttributes/Id:A] StringEquals 'x'"
                   if v.condition and given == role else None}}


def question(v):
    way, kind, _ = v.row[:3]
    eve = f"azure:{v.tenant}/{v.id('eve')}"
    if way == "carried":
        eve = {"token": f"'oidc:token.example/{v.where}-{v.id('subject')}'",
               "consent": f"azure:{v.tenant}/{v.id('client')}"}.get(kind, f"'{v.key(v.where)}'")
        return f"how can {eve} become azure:{v.tenant}/{v.object()} top 50"
    if way == "become" or way == "object":
        target = v.id("sp-target") if kind == "application" else v.object()
        return f"how can {eve} become azure:{v.tenant}/{target} top 50"
    if way == "access":
        return f"how can {eve} access '{v.key()}' top 50"
    return f"how can {eve} Microsoft.Resources/subscriptions/resourceGroups/read '{v.subscription}/resourceGroups/rg' top 50"


def texts(out):
    decoder, at = json.JSONDecoder(), 0
    while at < len(out.rstrip()):
        document, at = decoder.raw_decode(out, at)
        yield document
        while at < len(out) and out[at].isspace():
            at += 1


def verdict_of(v, answer):
    found = [r["verdict"] for r in answer["rows"] if [s["rule"] for s in r["steps"]] == [v.rule]]
    return found[0] if found else None


def run(latchkey, *args, text=None):
    done = subprocess.run([latchkey, *map(str, args)], input=text, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(map(str, args))}: {done.stderr}")
    return done.stdout


def main():
    latchkey, only = sys.argv[1], sys.argv[2:]
    if only[:1] == ["--shard"]:
        only = list(ROWS)[int(only[1])::int(only[2])]
    known = {r["id"] for r in json.loads(run(latchkey, "-o", "json", "rules"))["rows"] if r["id"].startswith("azure-")}
    wrong = [f"{r}: no world" for r in sorted(known - set(ROWS))]
    wrong += [f"{r}: no rule" for r in sorted(set(ROWS) - known)]
    worlds = [v for rule in (only or ROWS) for v in variants(rule)]
    for rule in only or ROWS:
        wrong += [f"{rule}: no world '{o}'" for o in lacks(rule, {v.name for v in worlds if v.rule == rule})]
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        for v in worlds:
            (folder / "in" / v.tenant).mkdir(parents=True)
            (folder / "in" / v.tenant / "all.json").write_text("\n".join(json.dumps(d) for d in documents(v)))
        run(latchkey, "--store", folder / "store", "ingest", folder / "in")
        out = run(latchkey, "--store", folder / "store", "-o", "json", "query", "-f", "-",
                  text="".join(question(v) + "\n" for v in worlds))
    answers = list(texts(out))
    assert len(answers) == len(worlds), f"{len(answers)} answers to {len(worlds)} questions"
    for v, answer in zip(worlds, answers):
        got = verdict_of(v, answer)
        if got != v.found:
            wrong.append(f"{v.rule} {v.name}: expected {v.found}, got {got}")
    print("\n".join(wrong + [f"{len(worlds)} worlds, {len(wrong)} wrong"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
