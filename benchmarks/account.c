#include "benchmarks/account.h"

#include "benchmarks/collected.h"
#include "benchmarks/identities.h"
#include "benchmarks/resources.h"

static int write_identities(
	struct target *target, struct estate *s, struct str place, struct err *e)
{
	struct str path = arena_printf(&s->arena,
		"%.*siam/get-account-authorization-details.json", STR_ARG(place));
	struct writer w;
	int rc = writer_open(&w, target, path.p, e);

	if (rc < 0)
		return rc;
	identities_write(&w, s);
	return writer_close(&w, e);
}

int account_write(struct target *target, const struct organization *o, uint32_t number,
	enum account_form form, struct err *e)
{
	struct buf place = { 0 };
	struct estate s;
	int rc;

	organization_member(o, &s, number);
	buf_printf(&place, "answers/%s/", s.account);
	buf_add_char(&place, '\0');
	if (form == ACCOUNT_COLLECTED) {
		rc = collected_write(target, &s, e);
	} else {
		rc = write_identities(target, &s, str_from(place.p), e);
		if (rc == 0)
			rc = resources_write(target, &s, place.p, e);
	}
	arena_release(&s.arena);
	buf_release(&place);
	return rc;
}
