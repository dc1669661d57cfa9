#include "reachability/provider.h"

#include "reachability/provider_list.h"

const struct provider *provider_get(uint32_t index)
{
	for (uint32_t i = 0; i < index; i++) {
		if (!provider_list[i])
			return NULL;
	}
	return provider_list[index];
}

const struct provider *provider_of_kind(kind_id kind)
{
	return kind == CATALOG_NONE ? provider_get(0)
				    : provider_of_scope(catalog_kind_name(kind));
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

struct str provider_written_key(struct world *w, node_id n)
{
	struct str key = world_node(w, n)->key, spelled = { 0 };

	if (provider_of_key(key)->folds)
		spelled = world_attribute(w, n, STR_LIT("spelled"));
	return spelled.n > 0 ? spelled : key;
}
