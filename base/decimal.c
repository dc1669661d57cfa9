#include "base/decimal.h"

static size_t decimal_digits(struct str text, size_t from)
{
	size_t at = from;

	while (at < text.n && text.p[at] >= '0' && text.p[at] <= '9')
		at++;
	return at - from;
}

bool decimal_parse(struct decimal *out, struct str text)
{
	bool negative = text.n > 0 && text.p[0] == '-';
	size_t at = text.n > 0 && (text.p[0] == '-' || text.p[0] == '+') ? 1 : 0;
	size_t whole_size = decimal_digits(text, at), fraction_size = 0;
	struct str whole = str_head(str_skip(text, at), whole_size);
	struct str fraction = str_skip(text, text.n);

	at += whole_size;
	if (at < text.n && text.p[at] == '.') {
		fraction_size = decimal_digits(text, at + 1);
		fraction = str_head(str_skip(text, at + 1), fraction_size);
		at += 1 + fraction_size;
	}
	if (at != text.n || whole_size + fraction_size == 0)
		return false;
	while (whole.n > 0 && whole.p[0] == '0')
		whole = str_skip(whole, 1);
	while (fraction.n > 0 && fraction.p[fraction.n - 1] == '0')
		fraction.n--;
	*out = (struct decimal){ negative && whole.n + fraction.n > 0, whole, fraction };
	return true;
}

static int decimal_cmp_size(struct decimal a, struct decimal b)
{
	int order;

	if (a.whole.n != b.whole.n)
		return a.whole.n < b.whole.n ? -1 : 1;
	order = str_cmp(a.whole, b.whole);
	return order != 0 ? order : str_cmp(a.fraction, b.fraction);
}

int decimal_cmp(struct decimal a, struct decimal b)
{
	if (a.negative != b.negative)
		return a.negative ? -1 : 1;
	return a.negative ? decimal_cmp_size(b, a) : decimal_cmp_size(a, b);
}
