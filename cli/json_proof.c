#include "cli/json_proof.h"

#include "cli/json_row.h"
#include "reachability/provider.h"

static const char *const type_names[] = {
	[PROOF_ALLOW] = "allow",
	[PROOF_DENY] = "deny",
	[PROOF_CEILING] = "ceiling",
	[PROOF_NOTHING] = "nothing",
	[PROOF_UNKNOWN] = "unknown",
	[PROOF_RULE] = "rule",
};

static void write_item(struct json_out *j, struct world *w, const struct proof_item *item)
{
	bool statement = item->type == PROOF_ALLOW || item->type == PROOF_DENY ||
			 item->type == PROOF_CEILING;

	json_out_open(j, '{');
	json_out_pair(j, "type", str_from(type_names[item->type]));
	json_out_key(j, "layer");
	json_out_str_or_null(j, item->layer);
	json_out_key(j, "policy");
	json_out_str_or_null(j, item->policy);
	json_out_key(j, "holder");
	json_out_str_or_null(j, item->holder);
	json_out_key(j, "via");
	json_out_str_or_null(j, item->via);
	json_out_key(j, "level");
	json_out_str_or_null(j, item->level);
	json_out_key(j, "statement");
	if (statement)
		json_out_count(j, item->statement);
	else
		json_out_null(j);
	json_out_key(j, "sid");
	json_out_str_or_null(j, item->sid);
	json_out_key(j, "text");
	json_out_str_or_null(j, item->text);
	json_out_key(j, "source");
	json_out_str_or_null(j, item->source);
	json_out_key(j, "conditions");
	json_row_condition(j, w, item->condition);
	json_out_key(j, "holds");
	json_out_bool(j, item->holds);
	json_out_key(j, "role");
	json_out_str_or_null(j, item->role);
	json_out_key(j, "block");
	if (item->role.n > 0)
		json_out_count(j, item->block);
	else
		json_out_null(j);
	json_out_close(j, '}');
}

static void write_proof_members(
	struct json_out *j, struct world *w, const struct proof *proof)
{
	json_out_pair(j, "reason", proof->reason);
	json_out_key(j, "action");
	if (proof->action == CATALOG_NONE)
		json_out_null(j);
	else
		json_out_str(j, catalog_action_get(proof->action).name);
	json_out_key(j, "resource");
	json_out_str_or_null(j, proof->resource);
	json_out_key(j, "items");
	json_out_open(j, '[');
	for (uint32_t i = 0; i < proof->item_count; i++)
		write_item(j, w, &proof->items[i]);
	json_out_close(j, ']');
}

static void write_hop(struct json_out *j, struct world *w, const struct path_step *step,
	const struct answer_hop *hop)
{
	static const struct proof none = { .action = CATALOG_NONE };

	json_out_open(j, '{');
	json_out_pair(j, "from", provider_written_key(w, step->from));
	json_out_pair(j, "to", provider_written_key(w, step->to));
	json_out_pair(j, "rule", step->rule);
	json_row_yields(j, step);
	json_out_pair(j, "verdict", expr_verdict_name(step->verdict));
	if (step->through != NODE_NONE)
		json_out_pair(j, "through", provider_written_key(w, step->through));
	write_proof_members(j, w, hop->proof_count > 0 ? &hop->proofs[0] : &none);
	if (hop->proof_count > 1) {
		json_out_key(j, "needs");
		json_out_open(j, '[');
		for (uint32_t i = 0; i < hop->proof_count; i++) {
			json_out_open(j, '{');
			write_proof_members(j, w, &hop->proofs[i]);
			json_out_close(j, '}');
		}
		json_out_close(j, ']');
	}
	json_out_close(j, '}');
}

static void write_proof(
	struct json_out *j, struct world *w, const struct answer_decision *d)
{
	json_out_open(j, '{');
	write_proof_members(j, w, &d->proof);
	json_out_key(j, "hops");
	json_out_open(j, '[');
	for (uint32_t i = 0; d->indirect && i < d->path.step_count; i++) {
		static const struct answer_hop none = { 0 };

		write_hop(
			j, w, &d->path.steps[i], i < d->hop_count ? &d->hops[i] : &none);
	}
	json_out_close(j, ']');
	json_out_close(j, '}');
}

void json_proof_unknown(
	struct json_out *j, const struct answer_unknown *unknown, uint32_t count)
{
	json_out_open(j, '[');
	for (uint32_t i = 0; i < count; i++) {
		json_out_open(j, '{');
		json_out_pair(j, "scope", unknown[i].scope);
		json_out_pair(j, "what", unknown[i].what);
		json_out_close(j, '}');
	}
	json_out_close(j, ']');
}

void json_proof_write(struct json_out *j, struct world *w, const struct result *r,
	const struct result_question *q, enum json_proof_form form)
{
	const struct answer_decision *d = &q->decision;

	if (form == JSON_PROOF_ANSWER) {
		json_out_pair(j, "query", r->query);
		json_out_key(j, "as_of");
		json_out_time(j, r->as_of);
	} else {
		json_out_pair(j, "subject", provider_written_key(w, q->subject));
		json_out_pair(j, "action", q->action);
		json_out_pair(j, "object", q->object);
	}
	json_out_pair(j, "verdict", expr_verdict_name(d->verdict));
	json_out_key(j, "path");
	if (d->verdict == VERDICT_DENIED)
		json_out_null(j); /* there is none */
	else
		json_out_str(j, d->indirect ? STR_LIT("indirect") : STR_LIT("direct"));
	json_out_key(j, "hops");
	json_out_count(j, d->indirect ? d->path.step_count : 0);
	json_out_key(j, "via");
	json_row_via(j, w, d->indirect ? &d->path : NULL);
	json_out_key(j, "conditions");
	json_row_condition(j, w, d->residual);
	json_out_key(j, "proof");
	write_proof(j, w, d);
	json_out_key(j, "unknown");
	json_proof_unknown(j, d->unknown, d->unknown_count);
}
