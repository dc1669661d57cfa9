/*
 * search.h - direct access, both ways: all entities that a subject may act on, all
 * identities that may act on an entity.
 *
 * search_what sweeps the subject's scope: patterns become intervals of entity ids, their
 * end points cut the ids into runs in which the same statements cover every entity whole,
 * and one decision per run and kind answers for all of its entities. Entities that some
 * statement covers in part, whose own policy names the subject, or whose attributes a
 * condition reads, are decided one by one. Other scopes are looked at only where their
 * policies name the subject.
 *
 * search_who turns the index around: statements whose literal prefix can meet the entity,
 * the classes that hold them, one decision per class (or per member, where a statement
 * reads the caller), and whoever the entity's own policy names.
 *
 * Cost follows the answer, the statements of the subject and the policies that name it;
 * not the size of the estate.
 */
#ifndef REACHABILITY_SEARCH_H
#define REACHABILITY_SEARCH_H

#include "reachability/decide.h"
#include "reachability/token.h"

/* One entity and what is allowed on it; the access may be shared by many. */
struct search_found {
	scope_number scope; /* SEGMENT_NONE: a virtual node */
	uint32_t id;        /* entity id, or node_id of a virtual node */
	const struct access *access;
};

/*
 * Appends struct search_found to `out`, each entity at most once, in ascending (scope,
 * id).
 */
int search_what(struct buf *out, struct decide *d, node_id subject, struct err *e);

/* The same on these objects alone, in their order; for who acts. */
int search_on(struct buf *out, struct decide *d, node_id subject, const node_id *objects,
	uint32_t object_count, struct err *e);

/*
 * What a resource gives to an identity that hops opened it to: itself, and what lies in
 * it where policies hold beneath their holder.
 */
int search_opened(struct buf *out, struct decide *d, node_id subject, node_id opened,
	struct err *e);

/*
 * Whether what the subject's own policies give in its scope is everything there is to
 * have, so that no other identity of the scope gets more there but by policies that name
 * one of the two.
 */
int search_rules(bool *out, struct decide *d, node_id subject, struct err *e);

/*
 * Whether its own policies give everything and nothing of its own takes from that: only
 * ceilings and policies of resources can.
 */
bool search_has_everything(const struct decide_subject *s);

/*
 * search_what of a subject beside a ruler of the same scope: only entities on which the
 * two may differ. What is left out, the ruler has at least as well.
 */
int search_what_beside(
	struct buf *out, struct decide *d, node_id subject, node_id ruler, struct err *e);

/*
 * The same when nothing but names tells the two apart (hop_cover_has): entities whose
 * policies name the subject and not the ruler.
 */
int search_named(
	struct buf *out, struct decide *d, node_id subject, node_id ruler, struct err *e);

int search_who(struct buf *out, struct decide *d, const struct answer_object *object,
	struct err *e);

/* A grant of the subject's own policies. */
bool search_is_grant(const struct decide_statement *s);

/*
 * The texts by which policies of entities may name the subject: the provider's, issuers
 * of its tokens, and what the segment has beside them for grants to everybody. At most
 * SEARCH_TEXTS_MAX.
 */
#define SEARCH_TEXTS_MAX (PROVIDER_TEXTS_MAX + TOKEN_TEXTS_MAX + 2u)
uint32_t search_texts(struct str out[SEARCH_TEXTS_MAX], struct world *w, node_id subject);

/*
 * Whether the subject gets at entities of other scopes only by what its own policies
 * grant, which are all known.
 */
bool search_needs_own(const struct decide_subject *s);

/*
 * Ceilings over resources that name some of them: what holds for one of a kind need not
 * hold for another.
 */
bool search_ceilings_name(const struct world_organization *o);

/* The other scope that is of the subject's account: the organization's; SEGMENT_NONE. */
scope_number search_ruled(struct world *w, const struct decide_subject *s);

/*
 * Appends the scopes (scope_number, repeated ones too) whose policies name the subject,
 * or may when the question is about one resource, and the ruled one.
 */
int search_scopes(struct buf *scopes, struct decide *d, node_id subject, struct err *e);

/* Of the ruled scope without its accounts, which are found in scopes of their own. */
void search_once(struct buf *found, struct world *w, scope_number ruled);

/* The node of a found entity. */
node_id search_node(struct world *w, const struct search_found *f);

/* Sort by (scope, id), virtual ones last. */
void search_sort(struct buf *found);

#endif
