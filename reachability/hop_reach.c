#include "reachability/hop_priv.h"

#include "reachability/hop_kin.h"
#include "reachability/search.h"
#include "reachability/subject.h"

/*
 * Whoever has everything gains nothing by changes in its account, but by those of
 * identities that are more than it elsewhere, or that are not denied what it is denied.
 */
int hop_reach(enum hop_reach *out, struct hop *h, node_id actor, struct err *e)
{
	const struct node *n = world_node(h->world, actor);
	const struct decide_subject *s;
	bool denied;

	*out = HOP_REACH_NONE;
	if (n->type != NODE_ENTITY || (n->flags & (ENTITY_COMPUTE | ENTITY_GROUP)))
		return 0;
	/* it has everything, but that it assumes no role */
	*out = HOP_REACH_FIRST;
	if (n->flags & ENTITY_ROOT)
		return 0;
	if (subject_get(&s, world_subjects(h->world), actor, e) < 0 ||
		hop_kin_denied(&denied, h->kin, actor, e) < 0)
		return e->code;
	if (!search_has_everything(s))
		*out = HOP_REACH_ALL;
	else if (!denied)
		*out = HOP_REACH_APART;
	return 0;
}
