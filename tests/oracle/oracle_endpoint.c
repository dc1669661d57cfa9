#include "oracle_endpoint.h"

static const struct oracle_endpoint *endpoint_at(const struct oracle_world *w, size_t i)
{
	return &VEC_DATA(&w->endpoints, const struct oracle_endpoint)[i];
}

void oracle_endpoint_gather(struct oracle_world *w)
{
	for (uint32_t i = 0; i < oracle_world_count(w); i++) {
		const struct oracle_node *n = oracle_world_node(w, i);
		struct oracle_endpoint end = { 0 };

		if (!n->entity ||
			!str_eq(n->entity->kind, STR_LIT("aws:ec2:vpc-endpoint")))
			continue;
		oracle_world_attribute(n, STR_LIT("id"), &end.id);
		oracle_world_attribute(n, STR_LIT("network"), &end.network);
		oracle_world_attribute(n, STR_LIT("service"), &end.service);
		end.policy = n->endpoint;
		VEC_ADD(&w->endpoints, struct oracle_endpoint, end);
	}
}

bool oracle_endpoint_serves(const struct oracle_endpoint *end, struct str service)
{
	size_t n = end->service.n, k = service.n;

	return n > k && end->service.p[n - k - 1] == '.' &&
	       str_ends(end->service, service);
}

/* The requests that carry one of the two keys with that value. */
static uint64_t comes_by(
	const struct oracle_opens *opens, const char *key, struct str value)
{
	return oracle_condition_carries(opens, str_from(key), value);
}

/* What no endpoint of the network that is of the service lets through. */
static struct oracle_truth network_stops(const struct oracle_world *w, struct str network,
	struct str service, const struct oracle_truth *stopped)
{
	struct oracle_truth all = { UINT64_MAX, UINT64_MAX };

	for (size_t i = 0; i < VEC_COUNT(&w->endpoints, struct oracle_endpoint); i++) {
		const struct oracle_endpoint *end = endpoint_at(w, i);

		if (!oracle_endpoint_serves(end, service) ||
			!str_eq(end->network, network))
			continue;
		all.sure &= stopped[i].sure;
		all.maybe &= stopped[i].maybe;
	}
	return all;
}

struct oracle_truth oracle_endpoint_cut(const struct oracle_world *w,
	const struct oracle_opens *opens, struct str service,
	const struct oracle_truth *stopped, struct oracle_truth truth)
{
	struct oracle_truth cut = truth;
	uint64_t through = 0;

	for (size_t i = 0; i < VEC_COUNT(&w->endpoints, struct oracle_endpoint); i++) {
		const struct oracle_endpoint *end = endpoint_at(w, i);

		if (!oracle_endpoint_serves(end, service))
			continue;
		const uint64_t ways[2] = { comes_by(opens, "aws:SourceVpce", end->id),
			comes_by(opens, "aws:SourceVpc", end->network) };
		const struct oracle_truth what[2] = { stopped[i],
			network_stops(w, end->network, service, stopped) };

		for (int k = 0; k < 2; k++) {
			through |= what[k].maybe ? ways[k] : 0;
			cut.sure &= ~(ways[k] & what[k].maybe);
			cut.maybe &= ~(ways[k] & what[k].sure);
		}
	}
	return truth.maybe & ~through ? truth : cut;
}
