#include "tests/acme.h"

#include <string.h>

#include "reachability/pattern.h"

/*
 * The questions of tests/sample/questions.txt (the format is at its top) and the examples
 * of docs/query-language.md, asked of the sample organization.
 */

#define FILE_MAX     (1u << 20)
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/*
 * Questions that this version is known to answer wrong, and what is missing. Each is
 * asked all the same; one that becomes right must leave this list.
 */
static const struct {
	const char *text, *missing;
} known_wrong[] = {
	{ "can role/developer secretsmanager:GetSecretValue "
	  "arn:aws:secretsmanager:eu-west-1:444455556666:secret:dev/warehouse-45HzGY "
	  "directly",
		"a boundary that does not allow it beside a policy that was not collected" },
};

struct question {
	struct str text;
	uint32_t line;
	struct acme_answer answer;
	bool wrong;
	const char *missing; /* known to be wrong, and why */
};

struct tally {
	uint32_t asked, facts, wrong, known;
};

static char *read_file(const char *path, size_t *size)
{
	char *text = malloc(FILE_MAX);
	FILE *f = fopen(path, "rb");

	assert_non_null(text);
	assert_non_null(f);
	*size = fread(text, 1, FILE_MAX, f);
	assert_true(*size > 0 && *size < FILE_MAX);
	fclose(f);
	return text;
}

static struct str next_word(struct str *line)
{
	struct str word;
	size_t i = 0;

	while (i < line->n && line->p[i] == ' ')
		i++;
	*line = str_skip(*line, i);
	word = str_head(*line, str_find_char(*line, ' ', 0));
	*line = str_skip(*line, word.n);
	return word;
}

static struct str trim(struct str line)
{
	while (line.n > 0 && line.p[0] == ' ')
		line = str_skip(line, 1);
	return line;
}

static bool is_any(struct str word)
{
	return str_eq(word, STR_LIT("-"));
}

static struct str node_key(const struct question *q, node_id n)
{
	return world_node(q->answer.w, n)->key;
}

static bool has_text(const struct question *q, expr x, struct str want)
{
	struct buf text = { 0 };
	bool found;

	expr_print(&text, world_pool(q->answer.w), x);
	found = str_contains_fold(buf_str(&text), want);
	buf_release(&text);
	return found;
}

/* --- ROW, NOROW --- */

static bool row_has_condition(
	const struct question *q, const struct answer_row *row, struct str want)
{
	for (uint32_t i = 0; i < row->part_count; i++) {
		if (has_text(q, row->parts[i].residual, want))
			return true;
	}
	return row->indirect && has_text(q, row->path.residual, want);
}

static bool row_passes(
	const struct question *q, const struct answer_row *row, struct str key)
{
	for (uint32_t i = 0; i < row->path.step_count; i++) {
		if (pattern_match(key, node_key(q, row->path.steps[i].from)) ||
			pattern_match(key, node_key(q, row->path.steps[i].to)))
			return true;
	}
	return false;
}

static bool row_detail(
	const struct question *q, const struct answer_row *row, struct str detail)
{
	struct str name = str_head(detail, str_find_char(detail, '=', 0));
	struct str want = str_skip(detail, name.n + 1);
	char hops[16];

	if (str_eq(name, STR_LIT("levels")))
		return str_eq(want, result_field(q->answer.w, row, STR_LIT("levels")));
	if (str_eq(name, STR_LIT("hop")))
		return str_eq(want, answer_hop_name(row->path.worst));
	if (str_eq(name, STR_LIT("via")))
		return row_passes(q, row, want);
	if (str_eq(name, STR_LIT("condition")))
		return row_has_condition(q, row, want);
	if (!str_eq(name, STR_LIT("hops")))
		fail_msg("line %u: unknown detail '%.*s'", q->line, STR_ARG(detail));
	snprintf(hops, sizeof(hops), "%u", row->indirect ? row->path.step_count : 0);
	return str_eq(want, str_from(hops));
}

static bool row_path(const struct answer_row *row, struct str path)
{
	return path.n == 0 || is_any(path) ||
	       str_eq(path, row->indirect ? STR_LIT("indirect") : STR_LIT("direct"));
}

static bool row_fits(
	const struct question *q, const struct answer_row *row, struct str fact)
{
	struct str key = next_word(&fact), path = next_word(&fact);
	struct str verdict = next_word(&fact), detail;

	if (!pattern_match(key, node_key(q, row->node)) || !row_path(row, path))
		return false;
	if (verdict.n > 0 && !is_any(verdict) &&
		!str_eq(verdict, expr_verdict_name(row->verdict)))
		return false;
	while ((detail = next_word(&fact)).n > 0) {
		if (!row_detail(q, row, detail))
			return false;
	}
	return true;
}

static bool some_row(const struct question *q, struct str fact)
{
	const struct result *r = &q->answer.result;
	struct str rest = fact, key = next_word(&rest);

	for (uint32_t i = 0; i < r->count; i++) {
		if (r->type == RESULT_ENTITIES &&
			pattern_match(key, node_key(q, r->entities[i])))
			return true;
		if ((r->type == RESULT_ACCESS || r->type == RESULT_BECOME) &&
			row_fits(q, &r->rows[i], fact))
			return true;
	}
	return false;
}

/* --- VERDICT, CAUSE, PATH, ACTION --- */

static const struct answer_decision *best_decision(const struct question *q)
{
	const struct result *r = &q->answer.result;
	const struct answer_decision *best = NULL;

	if (r->type != RESULT_DECISION)
		return NULL;
	for (uint32_t i = 0; i < r->count; i++) {
		if (!best || r->questions[i].decision.verdict > best->verdict)
			best = &r->questions[i].decision;
	}
	return best;
}

static bool has_verdict(const struct question *q, struct str fact)
{
	const struct answer_decision *d = best_decision(q);
	struct str verdict = next_word(&fact);

	fact = trim(fact);
	return d && str_eq(verdict, expr_verdict_name(d->verdict)) &&
	       (fact.n == 0 || has_text(q, d->residual, fact));
}

static bool has_cause(const struct question *q, struct str cause)
{
	static const struct {
		const char *cause, *words;
	} table[] = { { "explicit", "explicitly denied by" }, { "scp", "SCP" },
		{ "rcp", "RCP" }, { "boundary", "boundary" },
		{ "public-access-block", "public access block" } };
	const struct answer_decision *d = best_decision(q);
	bool implicit = true;

	for (size_t i = 0; d && i < ARRAY_LEN(table); i++) {
		bool said = str_contains_fold(d->proof.reason, str_from(table[i].words));

		if (said && str_eq(cause, str_from(table[i].cause)))
			return d->verdict == VERDICT_DENIED;
		implicit = implicit && !said;
	}
	return d && implicit && str_eq(cause, STR_LIT("implicit")) &&
	       d->verdict == VERDICT_DENIED;
}

static bool path_fits(const struct question *q, const struct path *path, struct str fact)
{
	struct str verdict = next_word(&fact), key = next_word(&fact);

	if (!str_eq(verdict, expr_verdict_name(path->verdict)) || path->step_count == 0 ||
		!pattern_match(key, node_key(q, path->steps[0].from)))
		return false;
	for (uint32_t i = 0; i < path->step_count; i++) {
		key = next_word(&fact);
		if (!pattern_match(key, node_key(q, path->steps[i].to)))
			return false;
	}
	return trim(fact).n == 0;
}

static bool some_path(const struct question *q, struct str fact)
{
	const struct result *r = &q->answer.result;

	for (uint32_t i = 0; r->type == RESULT_PATHS && i < r->count; i++) {
		if (path_fits(q, &r->paths[i], fact))
			return true;
	}
	return false;
}

static bool some_action(const struct question *q, struct str name)
{
	const struct result *r = &q->answer.result;

	for (uint32_t i = 0; i < r->count; i++) {
		if (r->type == RESULT_ACTIONS &&
			str_eq(name, catalog_action_get(r->actions[i].action).name))
			return true;
	}
	return false;
}

/* --- the file --- */

static bool holds(const struct question *q, struct str type, struct str fact)
{
	if (q->answer.rc < 0)
		return false;
	if (str_eq(type, STR_LIT("ROW")))
		return some_row(q, fact);
	if (str_eq(type, STR_LIT("NOROW")))
		return !some_row(q, fact);
	if (str_eq(type, STR_LIT("VERDICT")))
		return has_verdict(q, fact);
	if (str_eq(type, STR_LIT("CAUSE")))
		return has_cause(q, fact);
	if (str_eq(type, STR_LIT("PATH")))
		return some_path(q, fact);
	if (str_eq(type, STR_LIT("ACTION")))
		return some_action(q, fact);
	if (str_eq(type, STR_LIT("NOACTION")))
		return !some_action(q, fact);
	if (!str_eq(type, STR_LIT("ANSWERED")))
		fail_msg("line %u: unknown fact '%.*s'", q->line, STR_ARG(type));
	return q->answer.result.count > 0;
}

static void print_answer(const struct question *q)
{
	const struct result *r = &q->answer.result;
	const struct answer_decision *d = best_decision(q);

	fprintf(stderr, "line %u: %.*s\n", q->line, STR_ARG(q->text));
	if (q->answer.rc < 0)
		fprintf(stderr, "%.*s  %s\n", STR_ARG(buf_str(&q->answer.diagnostic)),
			q->answer.e.text);
	if (d)
		fprintf(stderr, "  is %.*s: %.*s\n",
			STR_ARG(expr_verdict_name(d->verdict)), STR_ARG(d->proof.reason));
	for (uint32_t i = 0; i < r->count && r->rows; i++)
		fprintf(stderr,
			"  is %.*s %.*s %.*s levels=%.*s hops=%.*s via=%.*s %.*s\n",
			STR_ARG(node_key(q, r->rows[i].node)),
			STR_ARG(result_field(q->answer.w, &r->rows[i], STR_LIT("path"))),
			STR_ARG(expr_verdict_name(r->rows[i].verdict)),
			STR_ARG(result_field(q->answer.w, &r->rows[i], STR_LIT("level"))),
			STR_ARG(result_field(q->answer.w, &r->rows[i], STR_LIT("hops"))),
			STR_ARG(result_field(q->answer.w, &r->rows[i], STR_LIT("via"))),
			STR_ARG(result_field(
				q->answer.w, &r->rows[i], STR_LIT("conditions"))));
	for (uint32_t i = 0; i < r->count && r->entities; i++)
		fprintf(stderr, "  is %.*s\n", STR_ARG(node_key(q, r->entities[i])));
}

static void check_fact(struct question *q, struct tally *t, struct str line)
{
	struct str fact = line, type = next_word(&fact);

	t->facts++;
	if (holds(q, type, trim(fact)))
		return;
	if (q->missing) {
		q->wrong = true;
		return;
	}
	t->wrong++;
	if (!q->wrong)
		print_answer(q);
	q->wrong = true;
	fprintf(stderr, "  want %.*s\n", STR_ARG(line));
}

static const char *missing_of(struct str text)
{
	for (size_t i = 0; i < ARRAY_LEN(known_wrong); i++) {
		if (str_eq(text, str_from(known_wrong[i].text)))
			return known_wrong[i].missing;
	}
	return NULL;
}

/* After the last fact of a question. */
static void finish_question(struct question *q, struct tally *t)
{
	if (q->missing && q->wrong) {
		t->known++;
		fprintf(stderr, "line %u: known to be wrong (%s): %.*s\n", q->line,
			q->missing, STR_ARG(q->text));
	} else if (q->missing) {
		t->wrong++;
		fprintf(stderr, "line %u: is right, and listed as wrong: %.*s\n", q->line,
			STR_ARG(q->text));
	}
	acme_release(&q->answer);
}

static struct str next_line(struct str text, size_t *at)
{
	struct str line = str_skip(text, *at);

	line = str_head(line, str_find_char(line, '\n', 0));
	*at += line.n + 1;
	return line;
}

static void run_line(
	struct question *q, struct tally *t, struct str line, uint32_t number)
{
	if (str_starts(line, STR_LIT("Q "))) {
		finish_question(q, t);
		*q = (struct question){ .text = trim(str_skip(line, 2)), .line = number };
		q->missing = missing_of(q->text);
		t->asked++;
		acme_ask(&q->answer, q->text);
	} else if (line.n > 0 && line.p[0] != '#' &&
		   !str_starts(line, STR_LIT("NEEDS "))) {
		check_fact(q, t, line);
	}
}

static void test_questions(void **state)
{
	struct question q = { 0 };
	struct tally t = { 0 };
	size_t size, at = 0;
	char *bytes = read_file(SOURCE_DIR "/tests/sample/questions.txt", &size);
	struct str text = { bytes, size };
	uint32_t number = 0;

	(void)state;
	while (at < text.n)
		run_line(&q, &t, next_line(text, &at), ++number);
	finish_question(&q, &t);
	free(bytes);
	fprintf(stderr, "%u questions, %u facts, %u wrong; %u questions known as wrong\n",
		t.asked, t.facts, t.wrong, t.known);
	assert_true(t.asked > 50 && t.facts > 100);
	assert_int_equal(t.wrong, 0);
}

/* --- the manual --- */

static uint32_t ask_example(struct str line, uint32_t number)
{
	struct acme_answer a;
	bool refused;

	acme_ask(&a, line);
	refused = a.rc < 0;
	if (refused)
		fprintf(stderr, "docs/query-language.md:%u: %.*s\n%.*s  %s\n", number,
			STR_ARG(line), STR_ARG(buf_str(&a.diagnostic)), a.e.text);
	acme_release(&a);
	return refused;
}

static void test_manual(void **state)
{
	size_t size, at = 0;
	char *bytes = read_file(SOURCE_DIR "/docs/query-language.md", &size);
	struct str text = { bytes, size };
	uint32_t number = 0, asked = 0, refused = 0;
	bool inside = false;

	(void)state;
	while (at < text.n) {
		struct str line = next_line(text, &at);

		number++;
		if (str_starts(line, STR_LIT("```"))) {
			inside = !inside && str_eq(line, STR_LIT("```latchkey"));
			continue;
		}
		if (!inside || line.n == 0)
			continue;
		asked++;
		refused += ask_example(line, number);
	}
	free(bytes);
	assert_true(asked > 40);
	assert_int_equal(refused, 0);
}

/* --- the same query gives the same bytes --- */

static void test_repeated(void **state)
{
	static const char *const queries[] = { "who can access bucket/payroll",
		"what can user/dana access group by account,level",
		"blast role/ci-deploy", "find role order by created desc" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
		struct acme_answer a, b;

		acme_ask(&a, str_from(queries[i]));
		acme_ask(&b, str_from(queries[i]));
		assert_int_equal(a.rc, 0);
		assert_int_equal(b.rc, 0);
		assert_int_equal(a.result.count, b.result.count);
		assert_true(a.result.count > 0);
		for (uint32_t k = 0; k < a.result.count && a.result.rows; k++)
			assert_true(str_eq(world_node(a.w, a.result.rows[k].node)->key,
				world_node(b.w, b.result.rows[k].node)->key));
		acme_release(&a);
		acme_release(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_questions),
		cmocka_unit_test(test_manual),
		cmocka_unit_test(test_repeated),
	};

	return cmocka_run_group_tests(tests, acme_setup, acme_teardown);
}
