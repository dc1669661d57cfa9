"""What access is, by loops over a world, as the provider's pages say it:
https://cloud.google.com/iam/docs/policy-types, .../deny-overview, .../conditions-overview,
https://cloud.google.com/storage/docs/access-control/iam (convenience values).

A decision is asked of every request that conditions can tell apart: yes for all of them is
allowed, yes for some conditional, yes for none denied.
"""
import functools
import re

from world import PERMISSIONS, V2, predefined

TIMES = ["2030-01-01T00:00:00Z", "2031-06-01T00:00:00Z", "2033-01-01T00:00:00Z"]
PATHS = ["/a/x", "/b", "/c"]
BEST = ["denied", "conditional", "allowed"]
REQUESTS = [(t, p) for t in TIMES for p in PATHS]


def members_of(world, group, seen=None):
    seen = set() if seen is None else seen
    if group in seen:
        return set()
    seen.add(group)
    out = set()
    for m in world.groups.get(group, []):
        if m in world.groups:
            out |= members_of(world, m, seen)
        else:
            out.add(m.lower())
    return out


def names(world, who, member):
    """Whether a member of an allow policy means the identity."""
    if (who, member) not in world.named:
        world.named[who, member] = means(world, who, member)
    return world.named[who, member]


def means(world, who, member):
    kind, _, rest = member.partition(":")
    if member == "allUsers":
        return True
    if member == "allAuthenticatedUsers":
        return who != "public"
    if who == "public" or kind == "deleted":
        return False
    if kind in ("user", "serviceAccount"):
        return rest.lower() == who
    if kind == "group":
        return who in members_of(world, rest)
    if kind == "domain":
        return who.endswith("@" + rest)
    if kind in ("projectOwner", "projectEditor", "projectViewer"):
        role = "roles/" + kind[len("project"):].lower()
        for project in world.projects:
            if project["id"] != rest:
                continue
            for b in world.allow.get(world.key(project), []):
                if b["role"] == role and any(names(world, who, m) for m in b["members"]):
                    return True
    return False


def names_v2(world, who, principal):
    if principal == "principalSet://goog/public:all":
        return True
    head = "principalSet://goog/group/"
    if principal.startswith(head):
        return who in members_of(world, principal[len(head):])
    return principal.rsplit("/", 1)[1].lower() == who


def attributes(world, thing):
    """resource.service, type and name of what is asked about; None: it has none."""
    kind, holder, rest = thing
    if kind == "object":
        return ("storage.googleapis.com", "storage.googleapis.com/Object",
                f"projects/_/buckets/{holder['name']}/objects/{rest}")
    if kind == "bucket":
        return ("storage.googleapis.com", "storage.googleapis.com/Bucket",
                f"projects/_/buckets/{holder['name']}")
    if kind == "instance":
        return ("compute.googleapis.com", "compute.googleapis.com/Instance",
                f"projects/{holder['project']['id']}/zones/z/instances/{holder['name']}")
    if kind in ("secret", "version"):
        return ("secretmanager.googleapis.com", "secretmanager.googleapis.com/Secret",
                f"projects/{holder['project']['number']}/secrets/{holder['name']}")
    if kind == "project":
        return ("cloudresourcemanager.googleapis.com",
                "cloudresourcemanager.googleapis.com/Project", f"projects/{holder['id']}")
    return (None, None, None)


@functools.lru_cache(maxsize=None)
def compiled(expression):
    """Conditions are read by turning them into Python, piece by piece."""
    text = re.sub(r'timestamp\(("[^"]*")\)', r"\1", expression)
    for cel, name in (("resource.name", "name"), ("resource.type", "kind"),
                      ("resource.service", "service"), ("request.time", "time"),
                      ("request.path", "path")):
        text = text.replace(cel, name)
    text = text.replace("&&", " and ").replace("||", " or ")
    text = re.sub(r"!(?!=)", " not ", text)
    text = text.replace("true", "True").replace("false", "False")
    return compile(text.strip(), "condition", "eval")


def holds(expression, resource, request):
    service, kind, name = resource
    return bool(eval(compiled(expression),  # the worlds are ours
                     {"service": Value(service), "kind": Value(kind), "name": Value(name),
                      "time": request[0], "path": Value(request[1])}))


class Value(str):
    """An attribute; one that the resource has not makes a test of it false."""

    def __new__(cls, value):
        v = super().__new__(cls, "\0" if value is None else value)
        return v

    def startsWith(self, head):
        return self.startswith(head)

    def endsWith(self, tail):
        return self.endswith(tail)


def chain(world, holder):
    """What the policies of hold for it: itself and all that it lies in."""
    if id(holder) not in world.chains:
        world.chains[id(holder)] = make_chain(holder)
    return world.chains[id(holder)]


def make_chain(holder):
    out = []
    if holder is not None and "project" in holder:
        out.append(holder)
        holder = holder["project"]
    while holder is not None:
        out.append(holder)
        holder = holder["above"]
    return out + [None]


def role_has(world, role, permission):
    if role in world.roles:
        return permission in world.roles[role]["permissions"] and \
            not world.roles[role]["deleted"]
    return permission in predefined()[role]


def fits_v2(pattern, permission):
    name = V2[permission]
    return name == pattern or (pattern.endswith(".*") and name.startswith(pattern[:-1]))


def denied(world, who, permission, levels):
    for holder, rules in world.deny:
        if not any(holder is level for level in levels):
            continue
        for rule in (r["denyRule"] for r in rules):
            if any(names_v2(world, who, p) for p in rule["deniedPrincipals"]) and \
                    not any(names_v2(world, who, p)
                            for p in rule.get("exceptionPrincipals", [])) and \
                    any(fits_v2(p, permission) for p in rule["deniedPermissions"]) and \
                    not any(fits_v2(p, permission)
                            for p in rule.get("exceptionPermissions", [])):
                return True
    return False


@functools.lru_cache(maxsize=100000)
def answers(expression, resource):
    """One of each request."""
    return tuple(holds(expression, resource, r) for r in REQUESTS)


def verdict(world, who, permission, thing):
    levels = chain(world, thing[1])
    if denied(world, who, permission, levels):
        return "denied"
    conditions = set()
    for level in levels:
        for b in world.allow.get(world.key(level), []):
            if role_has(world, b["role"], permission) and \
                    any(names(world, who, m) for m in b["members"]):
                conditions.add(b.get("condition", {}).get("expression", "true"))
    resource = attributes(world, thing)
    some = {any(of) for of in zip(*(answers(c, resource) for c in conditions))}
    if some == {True}:
        return "allowed"
    return "conditional" if True in some else "denied"


def objects(world):
    """Names of objects, one of each sort that conditions can tell apart."""
    tails = [""] + sorted({t["name"] for t in world.things if t["kind"] == "instance"}) + ["zz"]
    return ["b"] + [head + tail for head in ("a1", "c") for tail in tails]


def things(world):
    """All that can be asked about: (kind, holder, what follows its key)."""
    out = [("project", p, "") for p in world.projects]
    out += [("folder", f, "") for f in world.folders] + [("organization", None, "")]
    for t in world.things:
        out.append((t["kind"], t, ""))
        if t["kind"] == "bucket":
            out += [("object", t, o) for o in objects(world)]
        if t["kind"] == "secret":
            out.append(("version", t, "1"))
    return out


def identities(world):
    more = {m for inside in world.groups.values() for m in inside
            if m.startswith("nobody@")}
    return [u.lower() for u in world.users] + sorted(more) + world.accounts + ["public"]


def questions(world, who_all=None):
    for who in who_all or identities(world):
        for thing in things(world):
            for permission, kind in sorted(PERMISSIONS.items()):
                if thing[0] in kind:
                    yield who, permission, thing


def steps(world, who):
    """Service accounts that one act leads to, each with the best verdict: a token of the
    account, or the policy of the project rewritten so that one may make it."""
    if who not in world.led:
        out = world.led[who] = {}
        for t in world.things:
            if t["kind"] == "account":
                ways = [verdict(world, who, "iam.serviceAccounts.getAccessToken",
                                ("account", t, "")),
                        verdict(world, who, "resourcemanager.projects.setIamPolicy",
                                ("project", t["project"], ""))]
                best = max(ways, key=BEST.index)
                if best != "denied" and t["email"] != who:
                    out[t["email"]] = best
    return world.led[who]


def closure(worlds, who):
    """Whom one can become, over any number of acts: the best of all ways, each as good as
    its worst act. Of organizations that one is not in one has what everybody has."""
    home = {i: w for w in worlds for i in identities(w)[:-1]}
    out, queue = {}, [(who, "allowed")]
    while queue:
        at, so_far = queue.pop()
        for w in worlds:
            me = at if at == "public" or home[at] is w else "stranger@nowhere.example"
            for account, step in steps(w, me).items():
                now = min(so_far, step, key=BEST.index)
                if account != who and \
                        BEST.index(now) > BEST.index(out.get(account, "denied")):
                    out[account] = now
                    queue.append((account, now))
    return out
