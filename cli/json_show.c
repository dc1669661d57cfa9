#include "cli/json_show.h"

static void write_pairs(
	struct json_out *j, const struct detail_pair *pairs, uint32_t count)
{
	json_out_open(j, '{');
	for (uint32_t i = 0; i < count; i++) {
		json_out_key_str(j, pairs[i].key);
		json_out_str(j, pairs[i].value);
	}
	json_out_close(j, '}');
}

static void write_relations(struct json_out *j, const struct detail *d)
{
	json_out_open(j, '[');
	for (uint32_t i = 0; i < d->relation_count; i++) {
		const struct detail_relation *r = &d->relations[i];

		json_out_open(j, '{');
		json_out_pair(j, "relation", r->name);
		json_out_pair(j, "from", r->reverse ? r->key : d->key);
		json_out_pair(j, "to", r->reverse ? d->key : r->key);
		json_out_close(j, '}');
	}
	json_out_close(j, ']');
}

static void write_policies(struct json_out *j, const struct detail *d)
{
	json_out_open(j, '[');
	for (uint32_t i = 0; i < d->policy_count; i++) {
		const struct detail_policy *p = &d->policies[i];

		json_out_open(j, '{');
		json_out_pair(j, "layer", p->layer);
		json_out_pair(j, "name", p->name);
		json_out_key(j, "collected");
		json_out_bool(j, p->collected);
		json_out_key(j, "invalid");
		json_out_str_or_null(j, p->problem);
		json_out_key(j, "text");
		json_out_str_or_null(j, p->text);
		json_out_key(j, "source");
		json_out_str_or_null(j, p->source);
		json_out_close(j, '}');
	}
	json_out_close(j, ']');
}

static void write_coverage(struct json_out *j, const struct detail *d)
{
	json_out_open(j, '[');
	for (uint32_t i = 0; i < d->coverage_count; i++) {
		json_out_open(j, '{');
		json_out_pair(j, "what", d->coverage[i].what);
		json_out_pair(j, "state", d->coverage[i].state);
		json_out_key(j, "detail");
		json_out_str_or_null(j, d->coverage[i].text);
		json_out_close(j, '}');
	}
	json_out_close(j, ']');
}

void json_show_write(struct json_out *j, const struct detail *d)
{
	json_out_open(j, '{');
	json_out_pair(j, "key", d->key);
	json_out_key(j, "name");
	json_out_str_or_null(j, d->name);
	json_out_key(j, "kind");
	json_out_str_or_null(j, d->kind);
	json_out_key(j, "account");
	json_out_str_or_null(j, d->account);
	json_out_key(j, "scope");
	json_out_str_or_null(j, d->scope);
	json_out_key(j, "parent");
	json_out_str_or_null(j, d->parent);
	json_out_key(j, "collected");
	json_out_bool(j, d->in_store);
	json_out_key(j, "enabled");
	json_out_bool(j, !(d->flags & ENTITY_DISABLED));
	json_out_key(j, "created");
	json_out_time(j, d->created);
	json_out_key(j, "last_used");
	json_out_time(j, d->last_used);
	json_out_key(j, "tags");
	if (d->tags_known)
		write_pairs(j, d->tags, d->tag_count);
	else
		json_out_null(j);
	json_out_key(j, "attributes");
	write_pairs(j, d->attributes, d->attribute_count);
	json_out_key(j, "relations");
	write_relations(j, d);
	json_out_key(j, "resource_policy");
	json_out_str_or_null(j, d->resource_policy);
	json_out_key(j, "policies");
	write_policies(j, d);
	json_out_key(j, "coverage");
	write_coverage(j, d);
	json_out_key(j, "source");
	json_out_str_or_null(j, d->source);
	json_out_close(j, '}');
}
