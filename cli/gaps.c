#include "cli/gaps.h"

#include "cli/detail.h"
#include "reachability/provider.h"

struct search {
	struct world *w;
	struct segment *segment;
	scope_number scope;
	struct arena *arena;
	void (*each)(void *ctx, const struct gap *gap);
	void *ctx;
};

static void tell_recorded(struct search *s)
{
	const struct segment_coverage *all = segment_coverages(s->segment);

	for (uint32_t i = 0; i < segment_info(s->segment)->coverage_count; i++) {
		uint32_t count;
		const uint32_t *subject =
			segment_coverage_subjects(s->segment, i, &count);
		struct gap gap;

		if (all[i].state != COVERAGE_PARTIAL && all[i].state != COVERAGE_REFUSED)
			continue;
		gap = (struct gap){ .what = segment_str(s->segment, all[i].what),
			.state = detail_coverage_name(all[i].state),
			.detail = segment_str(s->segment, all[i].detail) };
		if (all[i].whole)
			s->each(s->ctx, &gap);
		gap.count = 1;
		for (uint32_t k = 0; k < count; k++) {
			gap.subject = segment_key(s->segment, subject[k], s->arena);
			s->each(s->ctx, &gap);
		}
	}
}

/*
 * Whether entities of the kind may carry a policy of their own that decides about them.
 */
static bool has_policy(struct search *s, uint32_t kind)
{
	kind_id id = world_kind(s->w, s->scope, kind);
	const struct provider *p = provider_of_scope(segment_info(s->segment)->scope);
	enum record_layer layer = LAYER_RESOURCE;
	struct catalog_target target;

	if (id == CATALOG_NONE || !p)
		return false;
	for (uint32_t t = 0; t < catalog_kind_target_count(id); t++) {
		target = catalog_kind_target(id, t);
		for (uint32_t a = 0; a < target.action_count; a++) {
			if (p->policy(id, target.actions[a], &layer) != POLICY_NEVER &&
				layer == LAYER_RESOURCE)
				return true;
		}
	}
	return false;
}

static uint64_t count_unasked(const struct segment *s, uint32_t kind)
{
	uint32_t count;
	const uint32_t *members = segment_kind_members(s, kind, &count);
	uint64_t unasked = 0;

	for (uint32_t i = 0; i < count; i++)
		unasked += segment_entity(s, members[i])->policy_state ==
			   SEGMENT_POLICY_NOT_ASKED;
	return unasked;
}

static void tell_unasked(struct search *s)
{
	for (uint32_t k = 0; k < segment_info(s->segment)->kind_count; k++) {
		uint64_t count = count_unasked(s->segment, k);
		struct gap gap = { .state = STR_LIT("not asked"), .count = count };

		if (count == 0 || !has_policy(s, k))
			continue;
		gap.what = arena_printf(s->arena, "resource policies of %.*s",
			STR_ARG(segment_kind(s->segment, k)));
		s->each(s->ctx, &gap);
	}
}

/* Without the organization nobody knows which of its ceilings bind the account. */
static int tell_organization(struct search *s, scope_number n, struct err *e)
{
	const struct world_organization *organization = NULL;
	struct str account = world_scope_account(s->w, n);
	const struct gap gap = { .what = STR_LIT("organization"),
		.state = STR_LIT("not asked"),
		.detail = STR_LIT("its policies over the account are not known") };

	if (account.n == 0)
		return 0;
	if (world_organization(&organization, s->w, account, e) < 0)
		return e->code;
	if (!organization->known)
		s->each(s->ctx, &gap);
	return 0;
}

int gaps_each(struct world *w, scope_number n, struct arena *arena,
	void (*each)(void *ctx, const struct gap *gap), void *ctx, struct err *e)
{
	struct search s = { .w = w, .arena = arena, .each = each, .ctx = ctx };

	s.scope = n;
	if (world_segment(&s.segment, w, n, e) < 0)
		return e->code;
	tell_recorded(&s);
	if (tell_organization(&s, n, e) < 0)
		return e->code;
	tell_unasked(&s);
	return 0;
}
