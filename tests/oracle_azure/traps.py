"""What is easily got wrong about Azure, one small tenant each: traps.py LATCHKEY [NAME...]

A trap is what the tools would answer about a tenant, and questions with the verdict that
the documentation gives.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import uuid

OWNER, READER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "acdd72a7-3385-48ef-bd42-f606fba81ae7"
ELSEWHERE = "99999999-8f55-4a1e-953a-9b9898b88999"  # another tenant
VM = "Microsoft.Compute/virtualMachines"


class Tenant:
    """Builds documents; ids follow from names, so that one may ask by them."""

    def __init__(self, name):
        self.name, self.documents = name, []
        self.consents, self.permissions = True, []
        self.tenant, self.sub = self.id("tenant"), self.id("subscription")
        root = "/providers/Microsoft.Management/managementGroups/" + self.tenant
        self.add([{"id": self.sub, "name": "sub", "isDefault": True, "homeTenantId": self.tenant,
                   "tenantId": self.tenant, "state": "Enabled"}])
        self.add({"id": root, "name": self.tenant, "type": "Microsoft.Management/managementGroups", "properties": {
            "tenantId": self.tenant, "displayName": "root",
            "children": [{"id": "/subscriptions/" + self.sub, "displayName": "sub"}]}})
        # so that all places count as read
        for place in ("/subscriptions/" + self.sub, "/"):
            self.assign("nobody", READER, place)
        self.directory_role("nobody", ["microsoft.directory/contacts/delete"])

    def read_beside(self):
        """What else was listed, where a trap is not about that: consents, permissions of applications."""
        if self.consents:
            self.add({"value": [consent_of(self, c, "nobody", "openid") for c in ("first client", "second client")]})
        for who in self.permissions:
            graph_permission(self, who, "00000000-1111-2222-3333-444444444444")

    def id(self, what):
        return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{self.name}.{what}"))

    def key(self, what):
        return f"azure:{self.tenant}/{self.id(what)}"

    def place(self, rest=""):
        return f"/subscriptions/{self.sub}{rest}"

    def add(self, document):
        self.documents.append(document)

    def users(self, *names, **more):
        self.add({"value": [{"@odata.type": "#microsoft.graph.user", "id": self.id(n), "accountEnabled": True,
                             "userPrincipalName": f"{n}@x.example", **more} for n in names]})

    def principals(self, *names, permissions=True):
        self.permissions += names if permissions else ()
        self.add([{"@odata.type": "#microsoft.graph.servicePrincipal", "id": self.id(n), "appId": self.id("app-" + n),
                   "displayName": n, "servicePrincipalType": "Application", "owners": [],
                   "appOwnerOrganizationId": ELSEWHERE} for n in names])

    def application(self, of, *owners, people=()):
        """The application of a service principal, and who owns it."""
        self.add([{"@odata.type": "#microsoft.graph.application", "id": self.id("application"), "appId": self.id("app-" + of),
                   "displayName": of, "owners": [
                       *({"@odata.type": "#microsoft.graph.servicePrincipal", "id": self.id(o)} for o in owners),
                       *({"@odata.type": "#microsoft.graph.user", "id": self.id(o)} for o in people)]}])

    def group(self, name, *members, **more):
        self.add([{"@odata.type": "#microsoft.graph.group", "id": self.id(name), "displayName": name,
                   "securityEnabled": True, "isAssignableToRole": False, "owners": [],
                   "members": [{"@odata.type": "#microsoft.graph.user", "id": self.id(m)} for m in members], **more}])

    def resource_group(self, name="rg"):
        self.resource({"id": self.place(f"/resourceGroups/{name}"), "name": name,
                       "type": "microsoft.resources/subscriptions/resourcegroups"})

    def resource(self, row):
        self.add({"count": 1, "total_records": 1, "skip_token": None, "data": [{"tenantId": self.tenant, **row}]})

    def role(self, name, **block):
        self.resource({"id": "/providers/Microsoft.Authorization/roleDefinitions/" + self.id(name), "name": self.id(name),
                       "type": "microsoft.authorization/roledefinitions", "properties": {
                           "roleName": name, "type": "CustomRole", "permissions": [block]}})
        return self.id(name)

    def assign(self, who, role, place, **more):
        self.resource({"id": f"{place.rstrip('/')}/providers/Microsoft.Authorization/roleAssignments/{self.id(place + who + role)}",
                       "name": "a", "type": "microsoft.authorization/roleassignments", "properties": {
                           "principalId": self.id(who), "principalType": "User", "roleDefinitionId": role, "scope": place,
                           **more}})

    def directory_role(self, who, operations, scope="/", role=None):
        role = role or self.id("role-" + "".join(operations))
        if operations:
            self.add([{"id": role, "displayName": "just", "rolePermissions": [{"allowedResourceActions": operations}]}])
        self.add([{"id": self.id("assignment" + who + scope + role), "principalId": self.id(who), "roleDefinitionId": role,
                   "directoryScopeId": scope}])

    def unit(self, name, *members, **more):
        self.add([{"@odata.type": "#microsoft.graph.administrativeUnit", "id": self.id(name), "displayName": name,
                   "isMemberManagementRestricted": False, **more,
                   **({"members": [{"@odata.type": "#microsoft.graph.user", "id": self.id(m)} for m in members]}
                      if members != (None,) else {})}])
        return "/administrativeUnits/" + self.id(name)


TRAPS = {}


def trap(make):
    TRAPS[make.__name__] = make
    return make


def can(t, who, what, place, directly=True):
    return f"can {t.key(who)} {what} '{place}'" + (" directly" if directly else "")


@trap
def an_operation_that_the_catalogue_lacks(t):
    """Roles are held against its name; what only one of management and data gives is unknown."""
    t.users("star", "read", "other", "minus", "both", "named", "denied")
    t.resource_group()
    rg = t.place("/resourceGroups/rg")
    t.assign("star", OWNER, rg)
    t.assign("read", READER, rg)
    t.assign("other", t.role("o", actions=["Microsoft.Fob/*"]), rg)
    t.assign("minus", t.role("m", actions=["*"], notActions=["Microsoft.Foo/*/write"]), rg)
    t.assign("both", t.role("b", actions=["Microsoft.Foo/*"], dataActions=["Microsoft.Foo/bars/*"]), rg)
    t.assign("named", t.role("n", actions=["Microsoft.Foo/bars/write"]), rg)
    t.assign("denied", t.role("d", actions=["Microsoft.Foo/bars/write"]), rg)
    t.add({"value": [{"id": f"{rg}/providers/Microsoft.Authorization/denyAssignments/{t.id('deny')}",
                      "type": "Microsoft.Authorization/denyAssignments", "properties": {
                          "denyAssignmentName": "no", "scope": rg, "permissions": [{"actions": ["Microsoft.Foo/*"]}],
                          "principals": [{"id": t.id("denied"), "type": "User"}], "excludePrincipals": []}}]})
    for who, verdict in (("star", "unknown"), ("read", "denied"), ("other", "denied"), ("minus", "denied"),
                         ("both", "allowed"), ("named", "allowed"), ("denied", "denied")):
        yield can(t, who, "Microsoft.Foo/bars/write", rg), verdict
    yield can(t, "read", "Microsoft.Foo/bars/read", rg), "unknown"


@trap
def a_role_on_an_administrative_unit(t):
    """It holds for what is in the unit: not for others, nor for members of a group in it."""
    t.users("admin", "inside", "outside", "member")
    t.group("crew", "member")
    scope = t.unit("unit", "inside")
    t.add([{"@odata.type": "#microsoft.graph.administrativeUnit", "id": t.id("unit"), "displayName": "unit", "members": [
        {"@odata.type": "#microsoft.graph.group", "id": t.id("crew")}]}])
    update = "microsoft.directory/users/basic/update"
    t.directory_role("admin", [update, "microsoft.directory/groups/basic/update"], scope)
    for who, verdict in (("inside", "allowed"), ("outside", "denied"), ("member", "denied")):
        yield can(t, "admin", update, t.key(who)), verdict
    yield can(t, "admin", "microsoft.directory/groups/basic/update", t.key("crew")), "allowed"
    yield f"what can {t.key('admin')} {update} directly", {t.key("inside"): "allowed"}
    yield f"who can {update} {t.key('inside')} directly", {t.key("admin"): "allowed"}
    yield f"who can {update} {t.key('outside')} directly", {}


@trap
def a_unit_whose_members_nobody_listed(t):
    t.users("admin", "somebody")
    scope = t.unit("unit", None)
    update = "microsoft.directory/users/basic/update"
    t.directory_role("admin", [update], scope)
    yield can(t, "admin", update, t.key("somebody")), "unknown"


@trap
def a_unit_that_no_input_has(t):
    t.users("admin", "somebody")
    update = "microsoft.directory/users/basic/update"
    t.directory_role("admin", [update], "/administrativeUnits/" + t.id("unlisted"))
    yield can(t, "admin", update, t.key("somebody")), "unknown"


@trap
def a_restricted_unit(t):
    """The tenant's administrators do not change what is in it; which others do is not decided."""
    t.users("admin", "inside", "outside")
    t.unit("vips", "inside", isMemberManagementRestricted=True)
    update = "microsoft.directory/users/basic/update"
    t.directory_role("admin", [update])
    yield can(t, "admin", update, t.key("inside")), "unknown"
    yield can(t, "admin", update, t.key("outside")), "allowed"


def consent_of(t, client, user, scope):
    return {"id": "g", "clientId": t.id(client), "consentType": "Principal", "principalId": t.id(user),
            "resourceId": t.id("api"), "scope": scope, "tenantId": t.tenant}


def consent(t, client, user, scope):
    t.add({"value": [consent_of(t, client, user, scope)]})


@trap
def an_application_to_which_a_user_consented(t):
    """It acts as that user where the permission is all that the user may do; never as others."""
    t.users("whole", "part", "other")
    t.principals("client", "reader")
    consent(t, "client", "whole", "openid user_impersonation")
    consent(t, "reader", "part", "User.Read openid")
    yield f"can {t.key('client')} become {t.key('whole')}", "unknown"
    yield f"can {t.key('client')} become {t.key('other')}", "denied"
    yield f"can {t.key('reader')} become {t.key('part')}", "denied"
    yield f"who can become {t.key('whole')}", {t.key("client"): "unknown"}


@trap
def consents_that_nobody_listed(t):
    """Which users let an application act for them is then unknown; no user lets a managed identity."""
    t.users("user")
    t.principals("client")
    t.consents, t.permissions = False, ["client", "vm"]
    t.add([{"@odata.type": "#microsoft.graph.servicePrincipal", "id": t.id("vm"), "appId": t.id("app-vm"),
            "displayName": "vm", "servicePrincipalType": "ManagedIdentity"}])
    yield f"can {t.key('client')} become {t.key('user')}", "unknown"
    yield f"can {t.key('vm')} become {t.key('user')}", "denied"
    yield f"can {t.key('client')} become {t.key('vm')}", "unknown"  # what carries it nobody listed
    yield f"who can become {t.key('user')}", {}


@trap
def a_consent_for_all_users(t):
    """Given by an administrator: the application acts as every user who signs in to it."""
    t.users("user", "other")
    t.principals("client", "reader", "third")
    t.consents = False
    t.add({"value": [{"id": c, "clientId": t.id(c), "consentType": "AllPrincipals", "principalId": None,
                      "resourceId": t.id("api"), "scope": scope, "tenantId": t.tenant}
                     for c, scope in (("client", "user_impersonation"), ("reader", "User.Read"))]})
    for user in ("user", "other"):
        for who, verdict in (("client", "unknown"), ("reader", "denied"), ("third", "denied")):
            yield f"can {t.key(who)} become {t.key(user)}", verdict


@trap
def permissions_that_nobody_listed(t):
    """What a service principal may do by permissions is then unknown; users have none."""
    t.users("user", "target")
    t.principals("unread", permissions=False)
    t.principals("read")
    reset = "microsoft.directory/users/password/update"
    for who, verdict in (("unread", "unknown"), ("read", "denied"), ("user", "denied")):
        yield can(t, who, reset, t.key("target")), verdict
    for who, verdict in (("unread", "unknown"), ("user", "denied")):
        yield f"can {t.key(who)} become {t.key('target')}", verdict
    yield can(t, "unread", "microsoft.directory/users/invalidateAllRefreshTokens", t.key("target")), "denied"
    yield f"who can {reset} {t.key('target')} directly", {}
    yield f"what can {t.key('unread')} {reset} directly", {}


@trap
def permissions_that_were_listed_for_all(t):
    """What was asked of Microsoft Graph itself says who has none."""
    t.users("target")
    t.principals("resets", "reads", "none", permissions=False)
    t.add({"value": [{"id": who, "principalId": t.id(who), "principalType": "ServicePrincipal", "resourceId": t.id("graph"),
                      "resourceDisplayName": "Microsoft Graph", "appRoleId": guid, "tenantId": t.tenant}
                     for who, guid in (("resets", "cc117bb9-00cf-4eb8-b580-ea2a878fe8f7"), ("reads", USER_READ))]})
    reset = "microsoft.directory/users/password/update"
    for who, verdict in (("resets", "allowed"), ("reads", "denied"), ("none", "denied")):
        yield can(t, who, reset, t.key("target")), verdict


def defaults(t, invites="everyone", **settings):
    t.add({"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#policies/authorizationPolicy/$entity",
           "id": "authorizationPolicy", "tenantId": t.tenant, "allowInvitesFrom": invites,
           "defaultUserRolePermissions": settings})


@trap
def what_every_user_may_do(t):
    """By the tenant's policy: its members, not guests and not applications."""
    t.users("member")
    t.users("guest", userType="Guest")
    t.principals("app")
    defaults(t, allowedToCreateApps=True, allowedToReadOtherUsers=False)
    create, read = "microsoft.directory/applications/createAsOwner", "microsoft.directory/users/standard/read"
    t.add([{"@odata.type": "#microsoft.graph.application", "id": t.id("any"), "appId": t.id("app-any"), "displayName": "any",
            "owners": []}])
    for who, verdict in (("member", "allowed"), ("guest", "denied"), ("app", "denied")):
        yield can(t, who, create, t.key("any")), verdict
    yield can(t, "member", "microsoft.directory/users/inviteGuest", t.key("guest")), "allowed"
    yield can(t, "member", read, t.key("guest")), "denied"
    yield f"who can {create} {t.key('any')} directly", {t.key("member"): "allowed"}
    yield f"what can {t.key('member')} {create} directly", {t.key("any"): "allowed"}


@trap
def a_tenant_whose_users_may_nothing(t):
    t.users("member")
    defaults(t, "adminsAndGuestInviters", allowedToCreateApps=False, allowedToReadOtherUsers=True)
    t.add([{"@odata.type": "#microsoft.graph.application", "id": t.id("any"), "appId": t.id("app-any"), "displayName": "any",
            "owners": []}])
    yield can(t, "member", "microsoft.directory/applications/createAsOwner", t.key("any")), "denied"
    yield can(t, "member", "microsoft.directory/users/inviteGuest", t.key("member")), "denied"
    yield can(t, "member", "microsoft.directory/users/standard/read", t.key("member")), "allowed"


@trap
def a_membership_to_be_activated(t):
    """Privileged identity management for groups: eligible, and active for a time."""
    t.users("eligible", "active", "other")
    t.principals("app")
    t.resource_group()
    rg = t.place("/resourceGroups/rg")
    t.group("crew")
    t.resource({"id": f"{rg}/providers/Microsoft.Authorization/roleAssignments/{t.id('crew at rg')}", "name": "a",
                "type": "microsoft.authorization/roleassignments", "properties": {
                    "principalId": t.id("crew"), "principalType": "Group", "roleDefinitionId": READER, "scope": rg}})
    for who, kind in (("eligible", "eligibility"), ("active", "assignment")):
        t.add({"value": [{"id": who, "principalId": t.id(who), "groupId": t.id("crew"), "accessId": "member",
                          "memberType": "direct", "tenantId": t.tenant, kind + "ScheduleId": who}]})
    read = "Microsoft.Resources/subscriptions/resourceGroups/read"
    for who, verdict in (("eligible", "eligible"), ("active", "allowed"), ("other", "denied")):
        yield can(t, who, read, rg, directly=False), verdict


def graph_permission(t, who, guid, resource="Microsoft Graph"):
    t.add([{"id": "r" + who + guid, "principalId": t.id(who), "principalType": "ServicePrincipal", "resourceId": t.id("graph"),
            "resourceDisplayName": resource, "appRoleId": guid, "tenantId": t.tenant}])


OWNED_BY, USER_READ = "18a4783c-866b-4cc7-a460-3d5e5662c884", "df021288-bdef-4463-88db-98f22de89214"


@trap
def a_permission_on_what_one_owns(t):
    """Application.ReadWrite.OwnedBy gives nothing on applications of others, and makes nobody owner."""
    t.principals("owner", "stranger", "target")
    t.application("target", "owner")
    for who in ("owner", "stranger"):
        graph_permission(t, who, OWNED_BY)
    yield f"can {t.key('owner')} become {t.key('target')}", "allowed"
    yield f"can {t.key('stranger')} become {t.key('target')}", "denied"
    for what, verdict in (("credentials", "allowed"), ("owners", "denied")):
        yield can(t, "owner", f"microsoft.directory/applications/{what}/update", t.key("application")), verdict


@trap
def an_owner_without_that_permission(t):
    """A service principal does nothing with what it owns; whose permissions nobody read, perhaps."""
    t.principals("reader", "target")
    t.principals("unread", "other", permissions=False)
    t.users("person")
    t.application("target", "reader", "unread", "other", people=["person"])
    graph_permission(t, "reader", USER_READ)
    graph_permission(t, "other", USER_READ, "Some other service")
    credentials = "microsoft.directory/applications/credentials/update"
    for who, verdict in (("reader", "denied"), ("unread", "unknown"), ("other", "unknown"), ("person", "allowed")):
        yield can(t, who, credentials, t.key("application")), verdict
        yield f"can {t.key(who)} become {t.key('target')}", verdict
    yield can(t, "person", "microsoft.directory/applications/owners/update", t.key("application")), "allowed"
    yield f"who can {credentials} {t.key('application')} directly", {
        t.key("unread"): "unknown", t.key("other"): "unknown", t.key("person"): "allowed"}
    yield f"what can {t.key('reader')} {credentials} directly", {}


@trap
def a_service_principal_that_owns_a_group(t):
    """Groups ask their owners for no permission."""
    t.principals("owner", "other")
    t.group("crew", owners=[{"@odata.type": "#microsoft.graph.servicePrincipal", "id": t.id("owner")}])
    for who, verdict in (("owner", "allowed"), ("other", "denied")):
        yield can(t, who, "microsoft.directory/groups/members/update", t.key("crew")), verdict


@trap
def owners_that_nobody_listed(t):
    """Whoever it is may own it: of applications, service principals and groups."""
    t.users("somebody")
    t.add([{"@odata.type": "#microsoft.graph.servicePrincipal", "id": t.id("alone"), "appId": t.id("app-alone"),
            "displayName": "alone", "servicePrincipalType": "Application", "appOwnerOrganizationId": ELSEWHERE}])
    t.add([{"@odata.type": "#microsoft.graph.application", "id": t.id("app"), "appId": t.id("app-x"), "displayName": "x"}])
    t.add([{"@odata.type": "#microsoft.graph.group", "id": t.id("crew"), "displayName": "crew", "securityEnabled": True,
            "members": []}])
    for what, where in (("servicePrincipals/credentials/update", "alone"), ("applications/credentials/update", "app"),
                        ("groups/members/update", "crew")):
        yield can(t, "somebody", "microsoft.directory/" + what, t.key(where)), "unknown"
        yield f"who can microsoft.directory/{what} {t.key(where)} directly", {}
    yield f"can {t.key('somebody')} become {t.key('alone')}", "unknown"
    yield can(t, "somebody", "microsoft.directory/users/basic/update", t.key("somebody")), "denied"


@trap
def an_application_that_nobody_listed(t):
    """Who changes it is who the service principal is; that of another tenant is changed there."""
    t.users("somebody")
    t.principals("foreign")
    t.add([{"@odata.type": "#microsoft.graph.servicePrincipal", "id": t.id("ours"), "appId": t.id("app-ours"),
            "displayName": "ours", "servicePrincipalType": "Application", "owners": [],
            "appOwnerOrganizationId": t.tenant}])
    t.permissions.append("ours")
    yield f"can {t.key('somebody')} become {t.key('ours')}", "unknown"
    yield f"can {t.key('somebody')} become {t.key('foreign')}", "denied"


@trap
def a_managed_identity_whose_carrier_nobody_listed(t):
    t.users("somebody")
    t.permissions = ["lost", "found"]
    for n in ("lost", "found"):
        t.add([{"@odata.type": "#microsoft.graph.servicePrincipal", "id": t.id(n), "appId": t.id("app-" + n),
                "displayName": n, "servicePrincipalType": "ManagedIdentity"}])
    t.resource_group()
    t.resource({"id": t.place(f"/resourceGroups/rg/providers/{VM}/vm"), "name": "vm", "type": VM, "properties": {},
                "identity": {"type": "SystemAssigned", "principalId": t.id("found"), "tenantId": t.tenant}})
    for n, verdict in (("lost", "unknown"), ("found", "denied")):
        yield f"can {t.key('somebody')} become {t.key(n)}", verdict


@trap
def a_service_principal_that_nobody_listed(t):
    """Users were listed, it was not: a role assignment alone names it."""
    t.users("somebody")
    t.resource_group()
    rg = t.place("/resourceGroups/rg")
    t.assign("unlisted", OWNER, rg)
    read = "Microsoft.Resources/subscriptions/resourceGroups/read"
    yield can(t, "somebody", read, rg), "denied"
    yield can(t, "somebody", read, rg, directly=False), "unknown"


PASSWORD, HELPDESK = "966707d0-3269-4727-9be2-8c3a10f19b9d", "729827e3-9c14-49f7-bb1b-9608f156bbb8"
AUTHENTICATION, USER_ADMIN = "c4e39bd9-1100-46d3-8c65-fb160da0071f", "fe930be7-5e62-47db-91af-98c3a49a38b1"
PRIVILEGED, GLOBAL = "7be44c8a-adaf-4e2a-84d6-ab2649e08a13", "62e90394-69f5-4237-9190-012177145e10"
GROUPS, READERS, REPORTS = ("fdd7a751-b60b-444a-984c-02652fe8fa1c", "88d8e3e3-8f55-4a1e-953a-9b9898b8876b",
                            "4a5d8f65-41da-4de4-8968-e035b65339cf")
# role of the target: who may set its password, of those below (who-can-reset-passwords)
RESETTERS = {"password": PASSWORD, "helpdesk": HELPDESK, "authentication": AUTHENTICATION, "user": USER_ADMIN,
             "privileged": PRIVILEGED, "global": GLOBAL}
EVERYBODY = set(RESETTERS)
MATRIX = {
    None: EVERYBODY, READERS: EVERYBODY, PASSWORD: EVERYBODY, HELPDESK: {"helpdesk", "user", "privileged", "global"},
    REPORTS: EVERYBODY - {"password"}, AUTHENTICATION: {"authentication", "privileged", "global"},
    USER_ADMIN: {"user", "privileged", "global"}, GROUPS: {"user", "privileged", "global"},
    PRIVILEGED: {"privileged", "global"}, GLOBAL: {"privileged", "global"},
    "member": {"privileged", "global"}, "owner": {"privileged", "global"}, "eligible": {"privileged", "global"},
    "other": {"privileged", "global"},
}


@trap
def whose_password_a_role_may_set(t):
    """By the table of the documentation, on users with each role and with none."""
    targets = {role: f"target-{role}" for role in MATRIX}
    t.users(*RESETTERS, *targets.values(), "custom")
    t.principals("unused")
    t.group("vips", targets["member"], isAssignableToRole=True,
            owners=[{"@odata.type": "#microsoft.graph.user", "id": t.id(targets["owner"])}])
    for who, role in RESETTERS.items():
        t.directory_role(who, [], role=role)
    reset = "microsoft.directory/users/password/update"
    t.directory_role("custom", [reset])
    t.directory_role(targets["other"], ["microsoft.directory/domains/standard/read"])
    t.add({"value": [{"id": "e", "principalId": t.id(targets["eligible"]), "roleDefinitionId": GLOBAL, "directoryScopeId": "/",
                      "memberType": "Direct", "roleEligibilityScheduleId": "s"}]})
    for role in MATRIX:
        if role and "-" in role:
            t.directory_role(targets[role], [], role=role)
    for role, may in MATRIX.items():
        for who in RESETTERS:
            unknown = role == "eligible" and who not in may
            verdict = "unknown" if unknown else "allowed" if who in may else "denied"
            yield can(t, who, reset, t.key(targets[role])), verdict
    yield can(t, "custom", reset, t.key(targets[None])), "allowed"
    yield can(t, "custom", reset, t.key(targets[READERS])), "unknown"
    yield f"can {t.key('helpdesk')} become {t.key(targets[READERS])}", "allowed"
    # by way of whoever has yet to activate a role, and may count as without one
    yield f"can {t.key('password')} become {t.key(targets[HELPDESK])}", "unknown"


def in_management(t, who):
    """A management group of a name that other tenants use too, over the subscription; who owns it."""
    mg = "/providers/Microsoft.Management/managementGroups/shared"
    t.users("mine", "theirs")
    t.principals("app")
    t.add({"id": mg, "name": "shared", "type": "Microsoft.Management/managementGroups", "properties": {
        "tenantId": t.tenant, "displayName": "shared", "details": {
            "parent": {"id": mg.replace("shared", t.tenant)}}, "children": [{"id": "/subscriptions/" + t.sub}]}})
    t.assign(who, OWNER, mg)
    read = "Microsoft.Resources/subscriptions/read"
    for user in ("mine", "theirs"):
        yield can(t, user, read, t.place()), "allowed" if user == who else "denied"
    yield f"who can {read} '{t.place()}' directly", {t.key(who): "allowed"}


@trap
def a_management_group_of_one_tenant(t):
    yield from in_management(t, "mine")


@trap
def a_management_group_of_that_name_of_another_tenant(t):
    yield from in_management(t, "theirs")


def blocks_role(t, name, *blocks):
    """A custom role of several permission blocks."""
    t.resource({"id": "/providers/Microsoft.Authorization/roleDefinitions/" + t.id(name), "name": t.id(name),
                "type": "microsoft.authorization/roledefinitions", "properties": {
                    "roleName": name, "type": "CustomRole", "permissions": list(blocks)}})
    return t.id(name)


@trap
def a_role_of_several_blocks(t):
    """What one block takes away, another gives; conditions of blocks are their own."""
    t.users("two", "one", "held")
    t.resource_group()
    rg = t.place("/resourceGroups/rg")
    write, read = VM + "/write", VM + "/read"
    vm = rg + f"/providers/{VM}/vm"
    t.resource({"id": vm, "name": "vm", "type": VM, "properties": {}})
    t.assign("two", blocks_role(t, "two-blocks", {"actions": [VM + "/*"], "notActions": [write]}, {"actions": [write]}), rg)
    t.assign("one", blocks_role(t, "one-block", {"actions": [VM + "/*", write], "notActions": [write]}), rg)
    t.assign("held", blocks_role(t, "held-block", {"actions": [read]}, {
        "actions": [write], "conditionVersion": "2.0",
        "condition": "@Principal[Microsoft.Directory/CustomSecurityAttributes/Id:A] StringEquals 'x'"}), rg)
    for who, verdict in (("two", "allowed"), ("one", "denied"), ("held", "conditional")):
        yield can(t, who, write, vm), verdict
        yield can(t, who, read, vm), "allowed"


@trap
def what_one_role_takes_away_another_gives(t):
    """notActions is a subtraction and no deny."""
    t.users("both")
    t.resource_group()
    rg = t.place("/resourceGroups/rg")
    write = "Microsoft.Resources/subscriptions/resourceGroups/write"
    t.assign("both", t.role("all-but", actions=["*"], notActions=["*/write"]), rg)
    yield can(t, "both", write.replace("write", "delete"), rg), "allowed"
    t.assign("both", t.role("just", actions=[write]), t.place())
    yield can(t, "both", write, rg), "allowed"


DELEGATE = ("((!(ActionMatches{{'Microsoft.Authorization/roleAssignments/write'}})) OR "
            "(@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {{{0}}}))")


@trap
def a_delegate_under_a_condition(t):
    """Who may give some roles only is no owner: the hop holds under that condition."""
    t.users("delegate", "free", "inside")
    t.resource_group()
    rg = t.place("/resourceGroups/rg")
    write = "Microsoft.Authorization/roleAssignments/write"
    role = t.role("hands-out", actions=[write])
    t.assign("delegate", role, rg, condition=DELEGATE.format(READER), conditionVersion="2.0")
    t.assign("free", role, rg)
    t.assign("inside", blocks_role(t, "delegates", {"actions": [write], "condition": DELEGATE.format(READER),
                                                    "conditionVersion": "2.0"}), rg)
    for who, verdict in (("delegate", "conditional"), ("free", "allowed"), ("inside", "conditional")):
        yield can(t, who, write, rg), verdict
        yield can(t, who, "Microsoft.Resources/subscriptions/resourceGroups/write", rg, directly=False), verdict
    for asked, verdict in ((READER, "allowed"), (OWNER, "denied")):
        yield (can(t, "delegate", write, rg) +
               f" with '@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId]'={asked}", verdict)


@trap
def an_operation_with_a_star_in_its_name(t):
    """.../userAssignedIdentities/*/assign/action is an operation, whatever the star looks like."""
    t.users("star", "plain", "other")
    t.resource_group()
    rg = t.place("/resourceGroups/rg")
    kind = "Microsoft.ManagedIdentity/userAssignedIdentities"
    mi = rg + f"/providers/{kind}/mi"
    t.resource({"id": mi, "name": "mi", "type": kind, "properties": {"principalId": t.id("mi"), "tenantId": t.tenant}})
    t.assign("star", t.role("s", actions=[kind + "/*/assign/action"]), mi)
    t.assign("plain", t.role("p", actions=[kind + "/assign/action"]), mi)
    t.assign("other", t.role("o", actions=[kind + "/*/read"]), mi)
    for who, verdict in (("star", "allowed"), ("plain", "allowed"), ("other", "denied")):
        yield can(t, who, kind + "/assign/action", mi), verdict


@trap
def a_scope_is_made_of_segments(t):
    """A group 'a' is not above 'ab', and case does not tell places apart."""
    t.users("reader")
    for name in ("a", "ab"):
        t.resource_group(name)
        t.resource({"id": t.place(f"/resourceGroups/{name}/providers/{VM}/vm"), "name": "vm", "type": VM, "properties": {}})
    t.assign("reader", READER, t.place("/resourceGroups/a").replace("resourceGroups", "RESOURCEGROUPS"))
    for name, verdict in (("a", "allowed"), ("ab", "denied")):
        yield can(t, "reader", VM + "/read", t.place(f"/resourceGroups/{name}/providers/{VM}/vm")), verdict
    yield f"what can {t.key('reader')} {VM}/read directly", {
        t.place(f"/resourceGroups/a/providers/{VM}/vm"): "allowed"}


ST = "Microsoft.Storage/storageAccounts"
BLOBS = ST + "/blobServices/containers/blobs"


@trap
def an_owner_has_no_data(t):
    """Actions give nothing on data: an owner reads blobs by the account's keys only."""
    t.users("owner", "data", "reader")
    t.resource_group()
    rg = t.place("/resourceGroups/rg")
    st = f"{rg}/providers/{ST}/st"
    t.resource({"id": st, "name": "st", "type": ST, "properties": {"allowSharedKeyAccess": True, "allowBlobPublicAccess": False}})
    t.assign("owner", OWNER, rg)
    t.assign("reader", READER, rg)
    t.assign("data", t.role("d", dataActions=["*"]), rg)
    for who, direct, all_ways in (("owner", "denied", "allowed"), ("data", "allowed", "allowed"),
                                  ("reader", "denied", "denied")):
        yield can(t, who, BLOBS + "/read", st), direct
        yield can(t, who, BLOBS + "/read", st, directly=False), all_ways
    yield can(t, "data", ST + "/read", st), "denied"


def containers(t, account, **levels):
    """What is listed of an account's containers."""
    t.add({"value": [{"id": f"{account}/blobServices/default/containers/{name}", "name": name,
                      "type": ST + "/blobServices/containers", "tenantId": t.tenant,
                      "properties": {"publicAccess": level} if level else {}} for name, level in levels.items()]})


@trap
def blobs_that_everybody_may_read(t):
    """The container is open and the account lets it be; what is not in an answer is unknown."""
    t.users("user")
    t.resource_group()
    accounts = {}
    for name, setting in (("open", True), ("shut", False), ("silent", None), ("unlisted", True), ("closed", False)):
        accounts[name] = t.place(f"/resourceGroups/rg/providers/{ST}/{name}")
        t.resource({"id": accounts[name], "name": name, "type": ST, "properties": {
            "allowSharedKeyAccess": False, **({} if setting is None else {"allowBlobPublicAccess": setting})}})
        if name not in ("unlisted", "closed"):
            containers(t, accounts[name], none="None", blob="Blob", container="Container", silent=None)
    expected = {"open": ("denied", "allowed", "allowed", "unknown"), "shut": ("denied",) * 4,
                "silent": ("denied", "unknown", "unknown", "unknown")}
    for name, verdicts in expected.items():
        for container, verdict in zip(("none", "blob", "container", "silent"), verdicts):
            key = f"{accounts[name]}/blobServices/default/containers/{container}"
            yield f"can internet {BLOBS}/read '{key}'", verdict
            yield can(t, "user", BLOBS + "/read", key), verdict
            yield can(t, "user", BLOBS + "/write", key), "denied"
    for name, verdict in (("unlisted", "unknown"), ("closed", "denied"), ("shut", "denied")):
        yield f"can internet {BLOBS}/read '{accounts[name]}'", verdict
    blob = f"'{accounts['open']}/blobServices/default/containers/blob'"
    yield f"who can {BLOBS}/read {blob} directly where public:true", {"public": "allowed"}
    yield f"who can {BLOBS}/read '{accounts['unlisted']}' directly", {"anonymous callers": "unknown"}
    yield f"what can {t.key('user')} {BLOBS}/read directly", {
        f"{accounts['open']}/blobServices/default/containers/{name}": "allowed" for name in ("blob", "container")}


def deny(t, place, *principals, but=(), **more):
    block = {"actions": ["*"]}
    block.update(more.pop("block", {}))
    t.add({"value": [{"id": f"{place}/providers/Microsoft.Authorization/denyAssignments/{t.id('deny' + place)}",
                      "type": "Microsoft.Authorization/denyAssignments", "properties": {
                          "denyAssignmentName": "no", "scope": place, "permissions": [block], "principals": [
                              {"id": p if p == EVERYONE else t.id(p), "type": "SystemDefined" if p == EVERYONE else "User"}
                              for p in principals],
                          "excludePrincipals": [{"id": t.id(p), "type": "User"} for p in but], **more}}]})


EVERYONE = "00000000-0000-0000-0000-000000000000"


@trap
def a_denial_of_everyone_but_some(t):
    t.users("owner", "spared")
    t.resource_group()
    rg = t.place("/resourceGroups/rg")
    for who in ("owner", "spared"):
        t.assign(who, OWNER, rg)
    deny(t, rg, EVERYONE, but=["spared"], block={"actions": ["*/write"], "notActions": [VM + "/write"]})
    write = "Microsoft.Resources/subscriptions/resourceGroups/write"
    vm = rg + f"/providers/{VM}/vm"
    t.resource({"id": vm, "name": "vm", "type": VM, "properties": {}})
    for who, verdict in (("owner", "denied"), ("spared", "allowed")):
        yield can(t, who, write, rg), verdict
        yield can(t, who, VM + "/write", vm), "allowed"
        yield can(t, who, VM + "/extensions/write", vm), verdict


@trap
def a_denial_that_stays_where_it_is(t):
    """doNotApplyToChildScopes: at the group, not on what is in it."""
    t.users("owner")
    t.resource_group()
    rg = t.place("/resourceGroups/rg")
    vm = rg + f"/providers/{VM}/vm"
    t.resource({"id": vm, "name": "vm", "type": VM, "properties": {}})
    t.assign("owner", OWNER, rg)
    deny(t, rg, "owner", doNotApplyToChildScopes=True)
    yield can(t, "owner", "Microsoft.Resources/subscriptions/resourceGroups/write", rg), "denied"
    yield can(t, "owner", VM + "/write", vm), "allowed"


@trap
def a_role_that_no_input_defines(t):
    """What a role gives that nobody read is unknown, and not nothing."""
    t.users("holder")
    t.resource_group()
    rg = t.place("/resourceGroups/rg")
    t.assign("holder", t.id("undefined"), rg)
    yield can(t, "holder", "Microsoft.Resources/subscriptions/resourceGroups/write", rg), "unknown"


@trap
def a_definition_of_another_prefix(t):
    """One role under the prefix of a subscription, of the tenant and by its id alone."""
    t.users("bare", "full")
    t.resource_group()
    rg = t.place("/resourceGroups/rg")
    t.assign("bare", READER, rg)
    t.assign("full", f"/subscriptions/{ELSEWHERE}/providers/Microsoft.Authorization/roleDefinitions/" + READER.upper(), rg)
    for who in ("bare", "full"):
        yield can(t, who, "Microsoft.Resources/subscriptions/resourceGroups/read", rg), "allowed"


@trap
def groups_within_groups(t):
    """Role assignments go down through nested groups; roles of the directory do not."""
    t.users("inner", "outer")
    t.resource_group()
    rg = t.place("/resourceGroups/rg")
    t.group("low", "inner")
    t.group("high", "outer")
    t.add([{"@odata.type": "#microsoft.graph.group", "id": t.id("high"), "displayName": "high", "securityEnabled": True,
            "isAssignableToRole": False, "owners": [], "members": [
                {"@odata.type": "#microsoft.graph.user", "id": t.id("outer")},
                {"@odata.type": "#microsoft.graph.group", "id": t.id("low")}]}])
    t.assign("high", READER, rg, principalType="Group")
    for who in ("inner", "outer"):
        yield can(t, who, "Microsoft.Resources/subscriptions/resourceGroups/read", rg), "allowed"


@trap
def a_vault_by_access_policies(t):
    """Its roles give no data, its policies do; one by roles is the other way round."""
    kind = "Microsoft.KeyVault/vaults"
    t.users("role", "policy", "contributor")
    t.resource_group()
    rg = t.place("/resourceGroups/rg")
    policy = [{"tenantId": t.tenant, "objectId": t.id("policy"), "permissions": {"secrets": ["get"], "keys": [], "certificates": []}}]
    for name, rbac in (("roles", True), ("policies", False)):
        t.resource({"id": f"{rg}/providers/{kind}/{name}", "name": name, "type": kind, "properties": {
            "tenantId": t.tenant, "enableRbacAuthorization": rbac, "accessPolicies": policy}})
    t.assign("role", t.role("user", dataActions=[kind + "/secrets/getSecret/action"]), rg)
    t.assign("contributor", t.role("kvc", actions=[kind + "/write"]), rg)
    get = kind + "/secrets/getSecret/action"
    for name, who, direct, all_ways in (
            ("roles", "role", "allowed", "allowed"), ("roles", "policy", "denied", "denied"),
            ("roles", "contributor", "denied", "denied"), ("policies", "role", "denied", "denied"),
            ("policies", "policy", "allowed", "allowed"), ("policies", "contributor", "denied", "allowed")):
        yield can(t, who, get, f"{rg}/providers/{kind}/{name}"), direct
        yield can(t, who, get, f"{rg}/providers/{kind}/{name}", directly=False), all_ways


def delegation(t, *authorizations, eligible=()):
    """Lighthouse: what the subscription hands to another tenant."""
    t.add({"value": [{
        "id": f"{t.place()}/providers/Microsoft.ManagedServices/registrationAssignments/{t.id('registration')}",
        "type": "Microsoft.ManagedServices/registrationAssignments", "name": t.id("registration"), "properties": {
            "registrationDefinitionId": f"{t.place()}/providers/Microsoft.ManagedServices/registrationDefinitions/{t.id('d')}",
            "provisioningState": "Succeeded", "registrationDefinition": {"properties": {
                "managedByTenantId": ELSEWHERE, "manageeTenantId": t.tenant, "registrationDefinitionName": "managed",
                "authorizations": list(authorizations), "eligibleAuthorizations": list(eligible)}}}}]})


@trap
def a_subscription_handed_to_another_tenant(t):
    """Principals of the manager have the roles, some after activation; data and ownership are never among them."""
    t.resource_group()
    rg = t.place("/resourceGroups/rg")
    read, write = (f"Microsoft.Resources/subscriptions/resourceGroups/{x}" for x in ("read", "write"))
    there = {w: f"azure:{ELSEWHERE}/{t.id(w)}" for w in ("reader", "eligible", "stranger")}
    t.users("reader")
    delegation(t, {"principalId": t.id("reader"), "principalIdDisplayName": "r", "roleDefinitionId": READER}, eligible=[
        {"principalId": t.id("eligible"), "roleDefinitionId": "b24988ac-6180-42a0-ab88-20f7382dd24c",
         "justInTimeAccessPolicy": {"multiFactorAuthProvider": "Azure", "maximumActivationDuration": "PT8H"}}])
    for who, what, verdict in (("reader", read, "allowed"), ("reader", write, "unknown"), ("eligible", write, "eligible")):
        yield f"can {there[who]} {what} '{rg}' directly", verdict
    # whoever it is may be in one of them, if that is a group: the manager's directory is not at hand
    yield f"can {there['stranger']} {read} '{rg}' directly", "unknown"
    # of the same object id in one's own tenant it says nothing
    yield can(t, "reader", read, rg), "denied"
    yield f"who can {write} '{rg}' directly", {there["eligible"]: "eligible"}


@trap
def a_guest_is_an_identity_of_the_tenant(t):
    """Guests have what is assigned to them, are external, and have no default permissions of members."""
    t.users("guest", userType="Guest")
    t.add({"value": [{"@odata.type": "#microsoft.graph.user", "id": t.id("mail"), "accountEnabled": True,
                      "userPrincipalName": "a_b.example#EXT#@x.example"}]})
    t.users("member")
    t.resource_group()
    rg = t.place("/resourceGroups/rg")
    for who in ("guest", "mail", "member"):
        t.assign(who, READER, rg)
    read = "Microsoft.Resources/subscriptions/resourceGroups/read"
    for who in ("guest", "mail", "member"):
        yield can(t, who, read, rg), "allowed"
    yield f"who can {read} '{rg}' directly where external:true", {
        t.key(who): "allowed" for who in ("guest", "mail", "nobody")}


def texts(out):
    decoder, at = json.JSONDecoder(), 0
    while at < len(out.rstrip()):
        document, at = decoder.raw_decode(out, at)
        yield document
        while at < len(out) and out[at].isspace():
            at += 1


def run(latchkey, *args, text=None):
    done = subprocess.run([latchkey, *map(str, args)], input=text, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(map(str, args))}: {done.stderr}")
    return done.stdout


def main():
    latchkey, wrong, asked = sys.argv[1], [], []
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        for name in sys.argv[2:] or TRAPS:
            t = Tenant(name)
            asked += [(name, *q) for q in TRAPS[name](t)]
            t.read_beside()
            (folder / "in" / t.tenant).mkdir(parents=True)
            (folder / "in" / t.tenant / "all.json").write_text("\n".join(json.dumps(d) for d in t.documents))
        run(latchkey, "--store", folder / "store", "ingest", folder / "in")
        out = run(latchkey, "--store", folder / "store", "-o", "json", "query", "-f", "-",
                  text="".join(q + "\n" for _, q, _ in asked))
    answers = list(texts(out))
    assert len(answers) == len(asked), f"{len(answers)} answers to {len(asked)} questions"
    for (name, query, want), answer in zip(asked, answers):
        got = {r["key"]: r["verdict"] for r in answer["rows"]} if "rows" in answer else answer["verdict"]
        if isinstance(want, str) and isinstance(got, dict):
            got = next(iter(got.values()), "none")
        if got != want:
            wrong.append(f"{name}: {query}: expected {want}, got {got}")
    print("\n".join(wrong + [f"{len(asked)} questions, {len(wrong)} wrong"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
