#include "cli/proof_text.h"

#include "base/out.h"
#include "cli/label.h"
#include "cli/table.h"
#include "reachability/rule.h"

#define INDENT 2u

/* What is being written, where to, and from where. */
struct page {
	const struct render *d;
	struct buf *b;
	struct arena arena;
};

static void page_begin(struct page *p, const struct render *d)
{
	*p = (struct page){ .d = d, .b = &d->sink->buf };
	arena_init(&p->arena, ARENA_UNLIMITED);
}

static void page_end(struct page *p)
{
	arena_release(&p->arena);
}

static void add_indent(struct page *p, uint32_t indent)
{
	for (uint32_t i = 0; i < indent; i++)
		buf_add_char(p->b, ' ');
}

/* " label text" unless there is no text. */
static void add_part(struct page *p, const char *label, struct str text)
{
	if (text.n == 0)
		return;
	buf_printf(p->b, "%s", label);
	out_text(p->b, text);
}

static void add_condition(struct page *p, const char *label, expr residual)
{
	add_part(p, label, label_condition(p->d->w, residual, &p->arena));
}

static const char *class_words(enum hop_class class)
{
	switch (class) {
	case HOP_ASSUME:
		return "assumes ";
	case HOP_CARRY:
		return "acts as what it carries, ";
	case HOP_EXPOSE:
		return "gets the credentials of ";
	case HOP_ESCALATE:
		return "gives itself ";
	case HOP_NONE:
		break;
	}
	return "becomes ";
}

/* What the actor does, up to whom or what it does it with. */
static const char *act_words(const struct path_step *step)
{
	const struct rule *rule = step->hop;

	if (rule && (rule->yields & RULE_MEMBER))
		return "joins a group, ";
	if (rule && (rule->yields & RULE_ACCESS))
		return "opens a resource to itself, ";
	if (rule && rule->self)
		return "changes itself, ";
	if (rule && (rule->yields & RULE_GAINS))
		return "changes and becomes ";
	return class_words(step->class);
}

static void add_step(struct page *p, const struct path_step *step, uint32_t indent)
{
	add_indent(p, indent);
	buf_printf(p->b, "-> %s", act_words(step));
	out_text(p->b, label_changed(p->d->w, step->to, &p->arena));
	buf_add_str(p->b, STR_LIT("  ["));
	out_text(p->b, step->rule);
	buf_add_char(p->b, ']');
	if (step->through != NODE_NONE) {
		buf_add_str(p->b, STR_LIT(" through "));
		out_text(p->b, label_place(p->d->w, step->through, &p->arena));
	}
	if (step->verdict != VERDICT_ALLOWED)
		add_part(p, "  ", expr_verdict_name(step->verdict));
	add_condition(p, " if ", step->residual);
	buf_add_char(p->b, '\n');
}

static void add_ladder(struct page *p, const struct path *path, uint32_t indent)
{
	if (path->step_count == 0) {
		add_indent(p, indent);
		buf_add_str(p->b, STR_LIT("directly, without any hop\n"));
		return;
	}
	add_indent(p, indent);
	out_text(p->b, label_place(p->d->w, path->steps[0].from, &p->arena));
	buf_add_char(p->b, '\n');
	for (uint32_t i = 0; i < path->step_count; i++)
		add_step(p, &path->steps[i], indent + INDENT * (i + 1));
}

void proof_text_ladder(const struct render *d, const struct path *path, uint32_t indent)
{
	struct page p;

	page_begin(&p, d);
	add_ladder(&p, path, indent);
	page_end(&p);
}

static const char *item_mark(const struct proof_item *item)
{
	switch (item->type) {
	case PROOF_ALLOW:
		return item->holds ? "allows:  " : "(would allow): ";
	case PROOF_DENY:
		return item->holds ? "denies:  " : "(would deny): ";
	case PROOF_CEILING:
		return item->holds ? "lets through: " : "stops:   ";
	case PROOF_NOTHING:
		return "nothing: ";
	case PROOF_UNKNOWN:
		return "unknown: ";
	case PROOF_RULE:
		break;
	}
	return "rule:    ";
}

static bool is_statement(const struct proof_item *item)
{
	return item->type == PROOF_ALLOW || item->type == PROOF_DENY ||
	       item->type == PROOF_CEILING;
}

static void add_cited(struct page *p, const struct proof_item *item)
{
	out_text(p->b, item->layer);
	add_part(p, " ", item->policy);
	if (item->policy.n > 0) {
		buf_printf(p->b, " statement %u", (unsigned)item->statement);
		add_part(p, " ", item->sid);
	}
	add_part(p, " of ", item->holder);
	if (item->role.n > 0) {
		add_part(p, ", role ", item->role);
		buf_printf(p->b, " block %u", (unsigned)item->block);
	}
	if (!str_eq(item->via, item->holder))
		add_part(p, " via ", item->via);
	add_condition(p, ", if ", item->condition);
}

/* The same statement again: a ceiling that is attached at several levels. */
static bool same_item(const struct proof_item *a, const struct proof_item *b)
{
	return a->type == b->type && a->holds == b->holds && is_statement(a) &&
	       a->statement == b->statement && a->condition == b->condition &&
	       str_eq(a->holder, b->holder) && str_eq(a->policy, b->policy) &&
	       str_eq(a->text, b->text);
}

static void add_item(
	struct page *p, const struct proof_item *item, uint32_t times, uint32_t indent)
{
	add_indent(p, indent);
	buf_printf(p->b, "%s", item_mark(item));
	if (is_statement(item))
		add_cited(p, item);
	else
		out_text(p->b, item->text);
	if (times > 1)
		buf_printf(p->b, ", at %u levels", (unsigned)times);
	buf_add_char(p->b, '\n');
	if (is_statement(item) && item->text.n > 0) {
		add_indent(p, indent + 4);
		out_text(p->b, label_policy(item->text, &p->arena));
		buf_add_char(p->b, '\n');
	}
	if (item->source.n > 0) {
		add_indent(p, indent + 4);
		add_part(p, "from ", item->source);
		buf_add_char(p->b, '\n');
	}
}

static void add_proof(
	struct page *p, node_id actor, const struct proof *proof, uint32_t indent)
{
	add_indent(p, indent);
	out_text(p->b, label_place(p->d->w, actor, &p->arena));
	if (proof->action != CATALOG_NONE)
		add_part(p, " ", catalog_action_get(proof->action).name);
	add_part(p, " on ", proof->resource);
	add_part(p, ": ", proof->reason);
	buf_add_char(p->b, '\n');
	for (uint32_t i = 0, next; i < proof->item_count; i = next) {
		next = i + 1;
		while (next < proof->item_count &&
			same_item(&proof->items[i], &proof->items[next]))
			next++;
		add_item(p, &proof->items[i], next - i, indent + INDENT);
	}
}

/* The identity whose decision is the last one: who the path ends as. */
static node_id last_actor(const struct result_question *q)
{
	const struct path *path = &q->decision.path;

	if (q->decision.indirect && path->step_count > 0)
		return path->steps[path->step_count - 1].to;
	return q->subject;
}

static void add_verdict(struct page *p, const struct result_question *q)
{
	const struct answer_decision *d = &q->decision;
	struct str verdict = expr_verdict_name(d->verdict);

	table_color(p->d->sink, verdict);
	out_text(p->b, verdict);
	table_color_end(p->d->sink);
	if (d->verdict != VERDICT_DENIED && d->indirect)
		buf_printf(p->b, ", indirect, %u hop%s", (unsigned)d->path.step_count,
			d->path.step_count == 1 ? "" : "s");
	else if (d->verdict != VERDICT_DENIED)
		buf_add_str(p->b, STR_LIT(", direct"));
	buf_add_str(p->b, STR_LIT(": "));
	out_text(p->b, label_place(p->d->w, q->subject, &p->arena));
	add_part(p, " ", q->action);
	add_part(p, " ", q->object);
	buf_add_char(p->b, '\n');
	if (label_condition(p->d->w, d->residual, &p->arena).n > 0) {
		add_condition(p, "  if ", d->residual);
		buf_add_char(p->b, '\n');
	}
}

static void add_proofs(struct page *p, const struct result_question *q)
{
	const struct answer_decision *d = &q->decision;

	buf_add_str(p->b, STR_LIT("\nproof\n"));
	for (uint32_t i = 0; d->indirect && i < d->hop_count && i < d->path.step_count;
		i++) {
		for (uint32_t k = 0; k < d->hops[i].proof_count; k++) {
			const struct proof *proof = &d->hops[i].proofs[k];

			if (proof->item_count > 0)
				add_proof(p, d->path.steps[i].from, proof, INDENT);
		}
	}
	add_proof(p, last_actor(q), &d->proof, INDENT);
}

void proof_text_question(const struct render *d, const struct result_question *q)
{
	struct page p;

	page_begin(&p, d);
	add_verdict(&p, q);
	if (q->decision.indirect && q->decision.path.step_count > 0) {
		buf_add_char(p.b, '\n');
		add_ladder(&p, &q->decision.path, INDENT);
	}
	add_proofs(&p, q);
	page_end(&p);
}
