#include "reachability/provider.h"

#include "reachability/aws_provider.h"

static const struct provider *const providers[] = { &aws_provider };

const struct provider *provider_get(uint32_t index)
{
	return index < sizeof(providers) / sizeof(providers[0]) ? providers[index] : NULL;
}

const struct provider *provider_of_key(struct str key)
{
	const struct provider *p;

	for (uint32_t i = 0; (p = provider_get(i)); i++) {
		if (p->owns_key(key))
			return p;
	}
	return provider_get(0);
}

const struct provider *provider_of_scope(struct str scope)
{
	struct str name = str_head(scope, str_find_char(scope, ':', 0));
	const struct provider *p;

	for (uint32_t i = 0; (p = provider_get(i)); i++) {
		if (str_eq(p->name, name))
			return p;
	}
	return provider_get(0);
}

const struct provider *provider_of_node(const struct world *w, node_id n)
{
	return provider_of_key(world_node(w, n)->key);
}
