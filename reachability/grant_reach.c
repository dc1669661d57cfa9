#include "reachability/grant_reach.h"

#include "reachability/search.h"

static bool lists_have(struct decide *d, const struct action_plan *plan,
	const struct decide_statement *st, enum provider_policy least)
{
	for (int policy = least; policy <= POLICY_REQUIRED; policy++) {
		if (decide_lists_have(d, plan, (enum provider_policy)policy, st))
			return true;
	}
	return false;
}

struct grant_reach grant_reach_of(struct decide *d, const struct decide_subject *s,
	const struct action_plan *plan, enum provider_policy least)
{
	struct grant_reach out = { .any = false };
	struct buf on = { 0 };

	for (uint32_t i = 0; i < s->identity_count && !out.any; i++) {
		const struct decide_statement *st = &s->statements[i];

		if (!search_is_grant(st) || !lists_have(d, plan, st, least))
			continue;
		out.any = (st->statement->flags &
				  (DOCUMENT_ANY_RESOURCE | DOCUMENT_NOT_RESOURCE)) != 0;
		for (uint32_t n = 0; n < st->statement->resource_count; n++) {
			const struct document_pattern *dp =
				&st->document
					 ->patterns[st->statement->resource_first + n];

			VEC_ADD(&on, struct str,
				str_head(document_str(st->document, dp->text),
					dp->literal_size));
		}
	}
	out.literal_count = (uint32_t)VEC_COUNT(&on, struct str);
	out.literals = world_keep(decide_world(d), &on);
	return out;
}

bool grant_reach_key(const struct grant_reach *g, struct str key)
{
	for (uint32_t i = 0; i < g->literal_count; i++) {
		size_t n = g->literals[i].n < key.n ? g->literals[i].n : key.n;

		if (n == 0 || memcmp(g->literals[i].p, key.p, n) == 0)
			return true;
	}
	return g->any;
}
