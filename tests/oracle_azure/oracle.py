"""Who may do what in a world, by the words of the documentation and in obvious loops.

https://learn.microsoft.com/azure/role-based-access-control/overview (how Azure RBAC
determines if a user has access to a resource), deny-assignments, conditions-format;
https://learn.microsoft.com/azure/key-vault/general/rbac-access-policy
"""
import fnmatch

from world import ASSIGN, BLOB, EVERYBODY, SECRET

VERDICTS = ["denied", "unknown", "eligible", "conditional", "allowed"]


def fits(patterns, operation):
    """A star stands for any characters, and case does not count."""
    for p in patterns:
        p = p.lower().replace("[", "?")
        if fnmatch.fnmatchcase(operation.lower(), p):
            return True
        # an operation that has the star in its name
        if p.endswith("/*/assign/action") and operation.lower() == p.replace("/*/assign", "/assign"):
            return True
    return False


def block_has(block, operation, data):
    plus, minus = ("dataActions", "notDataActions") if data else ("actions", "notActions")
    return fits(block.get(plus, []), operation) and not fits(block.get(minus, []), operation)


def groups_of(world, who):
    """All groups that somebody is in, nested ones too."""
    found, more = set(), True
    while more:
        more = False
        for group, members in world.groups.items():
            if group not in found and (who in members or found & set(members)):
                found.add(group)
                more = True
    return found


def above(world, place):
    yield place
    while place != "/":
        place = world.parent[place]
        yield place


def condition(name, operation, place):
    """What is left of a condition: allowed, denied, or conditional."""
    if name == "container" and operation == BLOB + "read":
        return "allowed" if place.endswith("/containers/exports") else "denied"
    if name == "delegate" and operation == ASSIGN + "write":
        return "conditional"
    return "conditional" if name == "principal" else "allowed"


def is_denied(world, names, operation, data, place):
    for d in world.denies:
        reaches = d["place"] == place or (d["children"] and d["place"] in above(world, place))
        named = EVERYBODY in d["principals"] or names & set(d["principals"])
        if reaches and named and not names & set(d["excluded"]):
            if any(block_has(b, operation, data) for b in d["blocks"]):
                return True
    return False


def by_policy(world, names, operation, vault):
    """A vault with access policies asks nobody else about its data."""
    word = {SECRET + "getSecret/action": "get", SECRET + "setSecret/action": "set"}[operation]
    for p in world.policies[vault]:
        given = [w.lower() for w in p["permissions"]["secrets"]]
        if p["objectId"] in names and (word in given or "all" in given):
            return "allowed"
    return "denied"


def anonymously(world, operation, place):
    """Whether everybody may: the account lets containers be open, and this one is."""
    if operation != BLOB + "read" or world.kind[place] != "container":
        return "denied"
    if is_denied(world, {EVERYBODY}, operation, True, place):
        return "denied"
    account, level = world.anonymous[world.parent[place]], world.anonymous[place]
    if account is False or level == "None":
        return "denied"
    return "allowed" if account and level else "unknown"


def listed(world, who, operation, data, place):
    """What lists say: of callers whom nobody listed there is a row of their own."""
    return decide(world, who, operation, data, place, unread=False)


def decide(world, who, operation, data, place, unread=True):
    names = {who} | groups_of(world, who)
    if is_denied(world, names, operation, data, place):
        return "denied"
    if data and place in world.rbac and not world.rbac[place]:
        return by_policy(world, names, operation, place)
    best = anonymously(world, operation, place)
    if best == "unknown" and not unread:
        best = "denied"
    for a in world.assignments:
        if a["who"] not in names or a["place"] not in above(world, place):
            continue
        left = condition(a["condition"], operation, place)
        if left == "denied":
            continue
        if a["role"] == world.lost:
            verdict = "unknown"
        elif not any(block_has(b, operation, data) for b in world.roles[a["role"]]):
            continue
        else:
            verdict = "eligible" if a["eligible"] else left
        best = max(best, verdict, key=VERDICTS.index)
    return best
