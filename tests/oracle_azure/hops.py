"""Over hops, against brute force: hops.py LATCHKEY FIRST-SEED WORLDS

Small random tenants, in which everybody is followed by obvious loops: whoever may, takes an
identity over or joins a group, until nothing is left to gain. The engine's lists must have
just those, asked either way. Written from the documentation of each act, not from the rules:

- code run on a machine acts as the identity that the machine carries
- who changes an application's credentials signs in as its service principal
- who changes a group's members is one
- who sets a user's password signs in as it; whose it may be depends on the roles of both
"""
import json
import pathlib
import random
import sys
import tempfile

from compare import documents, run
from traps import AUTHENTICATION, GROUPS, HELPDESK, MATRIX, PASSWORD, READERS, RESETTERS, USER_ADMIN, Tenant

BATCH = 40
VM = "Microsoft.Compute/virtualMachines"
RUN, READ, KEYS = VM + "/runCommand/action", "Microsoft.KeyVault/vaults/read", "Microsoft.Storage/storageAccounts/read"
DIRECTORY = "microsoft.directory/"
CREDENTIALS, MEMBERS = DIRECTORY + "applications/credentials/update", DIRECTORY + "groups/members/update"
RESET = DIRECTORY + "users/password/update"
TYPES = {"vm": VM, "vault": "Microsoft.KeyVault/vaults", "store": "Microsoft.Storage/storageAccounts"}
ROLES = [HELPDESK, PASSWORD, AUTHENTICATION, USER_ADMIN, GROUPS, READERS]
NAME_OF = {role: name for name, role in RESETTERS.items()}


class World(Tenant):
    """Who is in what, owns what and was given what; the files say the same."""

    def __init__(self, seed):
        super().__init__(f"hops-{seed}")
        r = self.random = random.Random(seed)
        self.people = [f"u{i}" for i in range(5)]
        self.apps = [f"app{i}" for i in range(3)]
        self.crews = [f"g{i}" for i in range(3)]
        self.things = {f"vm{i}": "vm" for i in range(3)} | {"vault0": "vault", "vault1": "vault", "store0": "store"}
        self.carried = {f"vm{i}": f"mi{i}" for i in range(3)}
        self.inside = {g: r.sample(self.people + self.apps, r.choice([0, 1, 1, 2])) for g in self.crews}
        self.inside["g0"] += r.choice([[], ["g1"]])
        self.owners = {x: r.sample(self.people, r.choice([0, 0, 1])) for x in self.apps + self.crews}
        self.granted = [(r.choice(self.everybody() + self.crews), r.choice([RUN, RUN, READ, KEYS]), self.somewhere())
                        for _ in range(7)]
        self.directed = [(r.choice(self.everybody()), *r.choice(
            [(CREDENTIALS, "application-" + a) for a in self.apps] + [(MEMBERS, g) for g in self.crews])) for _ in range(3)]
        self.roles = {p: r.choice(ROLES) for p in r.sample(self.people, r.choice([0, 1, 2, 3]))}
        self.make()

    def everybody(self):
        return self.people + self.apps + list(self.carried.values())

    def somewhere(self):
        return self.random.choice(list(self.things) + ["rg"])

    def key_of(self, name):
        if name in self.things:
            return self.place(f"/resourceGroups/rg/providers/{TYPES[self.things[name]]}/{name}")
        return self.place("/resourceGroups/rg") if name == "rg" else self.key(name)

    def graph(self, kind, names):
        return [{"@odata.type": "#microsoft.graph." + kind, "id": self.id(n)} for n in names]

    def make(self):
        self.users(*self.people)
        self.add([{"@odata.type": "#microsoft.graph.servicePrincipal", "id": self.id(n), "appId": self.id("id-" + n),
                   "displayName": n, "servicePrincipalType": "Application" if n in self.apps else "ManagedIdentity",
                   "appOwnerOrganizationId": self.tenant, "owners": []} for n in self.everybody() if n not in self.people])
        self.add([{"@odata.type": "#microsoft.graph.application", "id": self.id("application-" + a), "appId": self.id("id-" + a),
                   "displayName": a, "owners": self.graph("user", self.owners[a])} for a in self.apps])
        for g in self.crews:
            kinds = {n: "group" if n in self.crews else "user" if n in self.people else "servicePrincipal" for n in self.inside[g]}
            self.add([{"@odata.type": "#microsoft.graph.group", "id": self.id(g), "displayName": g, "securityEnabled": True,
                       "isAssignableToRole": False, "groupTypes": [], "owners": self.graph("user", self.owners[g]),
                       "members": [m for n, k in kinds.items() for m in self.graph(k, [n])]}])
        self.resource_group()
        for name, kind in self.things.items():
            row = {"id": self.key_of(name), "name": name, "type": TYPES[kind],
                   "properties": {"enableRbacAuthorization": True} if kind == "vault" else {}}
            if kind == "vm":
                row["identity"] = {"type": "SystemAssigned", "principalId": self.id(self.carried[name]), "tenantId": self.tenant}
            self.resource(row)
        for who, operation, where in self.granted:
            self.assign(who, self.role("do " + operation, actions=[operation]), self.key_of(where),
                        principalType="Group" if who in self.crews else "User")
        for who, operation, where in self.directed:
            self.directory_role(who, [operation], "/" + self.id(where))
        for who, role in self.roles.items():
            self.directory_role(who, [], role=role)

    # --- by loops ---

    def groups_of(self, who, joined):
        found = set(joined)
        while True:
            more = {g for g, members in self.inside.items() if who in members or found & set(members)} - found
            if not more:
                return found
            found |= more

    def may(self, state, operation, where):
        who, joined = state
        names = {who} | self.groups_of(who, joined)
        return any(n in names and o == operation and place in (where, "rg") for n, o, place in self.granted)

    def directs(self, state, operation, where):
        who = state[0]
        owned = where.removeprefix("application-")
        if operation == MEMBERS and self.roles.get(who) in (GROUPS, USER_ADMIN):
            return True
        return (who, operation, where) in self.directed or (who in self.people and who in self.owners[owned])

    def resets(self, who, whom):
        mine, theirs = self.roles.get(who), [self.roles[whom]] if whom in self.roles else []
        theirs += ["other"] * any(d[0] == whom for d in self.directed)
        return all(NAME_OF.get(mine) in MATRIX[t] for t in theirs or [None])

    def next_states(self, state):
        who, joined = state
        if who in self.things:
            yield self.carried[who], frozenset()
            return
        for vm, identity in self.carried.items():
            if self.may(state, RUN, vm):
                yield identity, frozenset()
        for a in self.apps:
            if self.directs(state, CREDENTIALS, "application-" + a):
                yield a, frozenset()
        for g in self.crews:
            if g not in joined and self.directs(state, MEMBERS, g):
                yield who, joined | {g}
        for p in self.people:
            if p != who and self.resets(who, p):
                yield p, frozenset()

    def reached(self, who):
        states = [(who, frozenset())]
        for s in states:
            states += [n for n in dict.fromkeys(self.next_states(s)) if n not in states]
        return states

    def can(self, who, operation, where):
        return any(s[0] not in self.things and self.may(s, operation, where) for s in self.reached(who))


QUESTIONS = [(RUN, "vm"), (READ, "vault"), (KEYS, "store")]


def lists(latchkey, store, queries):
    out = run(latchkey, "--store", str(store), "-o", "json", "query", "-f", "-", text="\n".join(queries) + "\n")
    found = [{row["key"].lower(): row["verdict"] for row in d["rows"]} for d in documents(out)]
    assert len(found) == len(queries), f"{len(found)} answers to {len(queries)} questions"
    return found


def check(latchkey, store, worlds):
    asked = []
    for w in worlds:
        actors = w.everybody() + list(w.carried)
        for operation, kind in QUESTIONS:
            places = [t for t, k in w.things.items() if k == kind]
            asked += [(f"who can {operation} '{w.key_of(p)}'", {w.key_of(x) for x in actors if w.can(x, operation, p)}, w)
                      for p in places]
            asked += [(f"what can '{w.key_of(x)}' {operation}", {w.key_of(p) for p in places if w.can(x, operation, p)}, w)
                      for x in w.random.sample(actors, 3)]
        for whom in w.random.sample(w.everybody(), 2):
            asked.append((f"who can become {w.key_of(whom)}",
                          {w.key_of(x) for x in actors if x != whom and whom in {s[0] for s in w.reached(x)}}, w))
    answers = lists(latchkey, store, [q for q, _, _ in asked])
    for (query, want, w), got in zip(asked, answers):
        own = {k: v for k, v in got.items() if w.id("nobody") not in k}
        if own != {k.lower(): "allowed" for k in want}:
            extra = {k: v for k, v in own.items() if v != "allowed" or k not in {x.lower() for x in want}}
            yield w, query, [k for k in want if k.lower() not in own], extra


def main():
    latchkey, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    wrong = hops = 0
    for begin in range(first, first + count, BATCH):
        worlds = [World(s) for s in range(begin, min(begin + BATCH, first + count))]
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(temporary)
            for w in worlds:
                (folder / "in" / w.tenant).mkdir(parents=True)
                (folder / "in" / w.tenant / "all.json").write_text("\n".join(json.dumps(d) for d in w.documents))
                hops += sum(len(w.reached(x)) - 1 for x in w.everybody())
            run(latchkey, "--store", str(folder / "store"), "ingest", str(folder / "in"))
            for w, query, missing, extra in check(latchkey, folder / "store", worlds):
                wrong += 1
                print(f"{w.name}: {query}: missing {missing}, too many {extra}")
    print(f"{count} worlds, {hops} gains, {wrong} differences")
    return 1 if wrong or not hops else 0


if __name__ == "__main__":
    sys.exit(main())
