/*
 * ingest/decoder: what it refuses and how it says so, whose data it is, and record
 * streams.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/limits.h"
#include "decode_records.h"

#define A    "arn:aws:iam::111122223333:"
#define USER "{\"UserName\":\"u\",\"Arn\":\"" A "user/u\""

/* clang-format off */
static const struct {
	const char *what, *input, *message;
} refused[] = {
	{ "nothing", "", "f.json: byte 0: input is empty" },
	{ "white space", " \n\t", "f.json: byte 0: input is empty" },
	{ "text", "hello", "f.json: byte 0: unknown content: found no object and no array, expected an AWS answer" },
	{ "an empty object", "{}", "byte 0: unknown content: found an empty object" },
	{ "an empty array", "[]", "byte 0: unknown content: found an empty array" },
	{ "somebody else's answer", " {\"foo\":1,\"bar\":[]}", "f.json: byte 1: unknown content: found 'foo', 'bar', expected" },
	{ "a mark", "\xef\xbb\xbf{\"UserDetailList\":[]}", "f.json: byte 0: expected JSON, found a byte order mark" },
	{ "UTF-16", "\xff\xfe{", "f.json: byte 0: expected JSON in UTF-8, found UTF-16" },
	{ "cut off in a string", "{\"UserDetailList\":[" USER, "f.json: byte 7" },
	{ "cut off between", "{\"UserDetailList\":[" USER "},", "input ends inside the document that begins at byte 0" },
	{ "a whole answer cut off", "{\"KeyMetadata\":{\"Arn\":\"x\"", "f.json: byte 25: input ends inside the document" },
	{ "garbage behind", "{\"UserDetailList\":[" USER "}],\"GroupDetailList\":[],\"RoleDetailList\":[],\"Policies\":[]} x", "unknown content" },
	{ "not UTF-8", "{\"UserDetailList\":[{\"UserName\":\"a\xff\"}]}", "f.json: byte 33: " },
	{ "not UTF-8 in a member nobody needs", "{\"UserDetailList\":[" USER "}],\"Zzz\":[\"a\xff\"],\"RoleDetailList\":[]}", "f.json: byte 8" },
	{ "NaN", "{\"UserDetailList\":[{\"n\":NaN}]}", "f.json: byte 24: " },
	{ "a name twice", "{\"UserDetailList\":[{\"Arn\":1,\"Ar\\u006e\":2}]}", "f.json: byte 28: name 'Arn' is in its object twice" },
	{ "a list twice", "{\"UserDetailList\":[],\"UserDetailList\":[]}", "f.json: byte 21: name 'UserDetailList' is in its object twice" },
	{ "a list that is none", "{\"UserDetailList\":{\"a\":1}}", "f.json: byte 18: UserDetailList: expected an array, found an object" },
	{ "an element that is no object", "{\"UserDetailList\":[7]}", "f.json: byte 19: UserDetailList[0]: expected an object, found a number" },
	{ "no ARN", "{\"UserDetailList\":[{\"UserName\":\"u\"}]}", "f.json: byte 19: UserDetailList[0]: expected a member 'Arn'" },
	{ "an ARN that is none", "{\"RoleDetailList\":[{\"RoleName\":\"u\",\"Arn\":\"role/u\"}]}", "f.json: byte 41: RoleDetailList[0].Arn: expected an ARN, found 'role/u'" },
	{ "a name that is a number", "{\"UserDetailList\":[{\"UserName\":1,\"Arn\":\"" A "user/u\"}]}", "UserDetailList[0].UserName: expected a string, found a number" },
	{ "a date that is none", "{\"UserDetailList\":[" USER ",\"CreateDate\":\"yesterday\"}]}", "UserDetailList[0].CreateDate: expected a date, found 'yesterday'" },
	{ "a policy that is a number", "{\"UserDetailList\":[" USER ",\"UserPolicyList\":[{\"PolicyName\":\"p\",\"PolicyDocument\":1}]}]}", "UserDetailList[0].UserPolicyList[0].PolicyDocument: expected a policy document" },
	{ "a policy that is prose", "{\"UserDetailList\":[" USER ",\"UserPolicyList\":[{\"PolicyName\":\"p\",\"PolicyDocument\":\"allow\"}]}]}", "does not begin with '{'" },
	{ "a policy badly URL-encoded", "{\"UserDetailList\":[" USER ",\"UserPolicyList\":[{\"PolicyName\":\"p\",\"PolicyDocument\":\"%7B%2\"}]}]}", "is not URL-encoded UTF-8" },
	{ "a policy URL-encoded, not UTF-8", "{\"UserDetailList\":[" USER ",\"UserPolicyList\":[{\"PolicyName\":\"p\",\"PolicyDocument\":\"%7B%FF%7D\"}]}]}", "is not URL-encoded UTF-8" },
	{ "a tag without a key", "{\"UserDetailList\":[" USER ",\"Tags\":[{\"Value\":\"v\"}]}]}", "UserDetailList[0].Tags[0]: expected a member 'key'" },
	{ "nobody's lists", "{\"UserDetailList\":[],\"RoleDetailList\":[]}", "no ARN in the document tells which account it is about" },
	{ "buckets of nobody", "{\"Buckets\":[{\"Name\":\"b\"}]}", "f.json: byte 12: Buckets[0]: which account this belongs to is not said: expected" },
	{ "a bucket policy of nothing", "{\"Policy\":\"{}\"}", "which account this belongs to" },
	{ "tags of nothing", "{\"TagSet\":[]}", "which resource this is about is not said: expected a directory" },
	{ "a key policy of no key", "{\"Policy\":\"{}\",\"PolicyName\":\"default\"}", "which resource this is about is not said" },
	{ "an owner that is no account", "{\"Reservations\":[{\"OwnerId\":\"me\",\"Instances\":[]}]}", "Reservations[0].OwnerId: expected an account id, found 'me'" },
	{ "an instance nowhere", "{\"Reservations\":[{\"OwnerId\":\"111122223333\",\"Instances\":[{\"InstanceId\":\"i-1\"}]}]}", "which region the instance is in is not said" },
	{ "policies of no organization", "{\"Accounts\":[{\"Id\":\"111122223333\",\"Arn\":\"x\"}]}", "which organization this belongs to is not said" },
	{ "records without their header", "\x92\x02\x81\xa1s\xa1x", "f.json: byte 0: record stream does not begin with its header" },
	{ "records cut off", "\x92\x01\x81\xa1v\x01\x92\x02\x81\xa1s", "f.json: record stream" },
};
/* clang-format on */

static void refuses(void **state)
{
	static const size_t chunks[] = { SIZE_MAX, 5, 3 };
	struct decoder_context context = { .path = STR_LIT("f.json") };

	(void)state;
	for (size_t i = 0; i < 3 * sizeof(refused) / sizeof(refused[0]); i++) {
		struct buf out = { 0 };
		struct err e = { 0 };
		int rc = decode_records(&context, str_from(refused[i / 3].input),
			chunks[i % 3], &out, &e);

		if (rc != ERR_FORMAT || !strstr(e.text, refused[i / 3].message))
			fail_msg("%s: %d '%s', not '%s'", refused[i / 3].what, rc, e.text,
				refused[i / 3].message);
		buf_release(&out);
	}
}

static void refuses_a_thousand_deep(void **state)
{
	static const char *const heads[] = {
		"{\"UserDetailList\":", "{\"KeyMetadata\":{\"x\":", "["
	};
	struct decoder_context context = { .path = STR_LIT("f.json") };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct buf text = { 0 }, out = { 0 };
		struct err e = { 0 };

		buf_add_str(&text, str_from(heads[i]));
		if (i == 2)
			buf_add_str(&text, STR_LIT("{\"Resource\":\"x\",\"Policy\":"));
		for (int k = 0; k < 1000; k++)
			buf_add_char(&text, '[');
		assert_int_equal(decode_records(&context, buf_str(&text), 64, &out, &e),
			ERR_FORMAT);
		assert_non_null(strstr(e.text, "nested deeper than LIMIT_JSON_DEPTH"));
		buf_release(&out);
		buf_release(&text);
	}
}

static void cuts_large_input_into_batches(void **state)
{
	struct decoder_context context = { .path = STR_LIT("-") };
	struct decoder *d;
	struct decoder_batch *batch;
	struct buf text = { 0 }, out = { 0 }, lines = { 0 };
	struct err e = { 0 };
	size_t batches = 0;
	uint64_t bytes = 0;
	int rc;

	(void)state;
	buf_add_str(&text, STR_LIT("{\"GroupDetailList\":[],\"UserDetailList\":["));
	for (int i = 0; i < 40000; i++)
		buf_printf(&text,
			"%s{\"UserName\":\"u%d\",\"Arn\":\"" A
			"user/u%d\",\"x\":\"%0*d\"}",
			i > 0 ? "," : "", i, i, 40, i);
	buf_add_str(&text, STR_LIT("],\"RoleDetailList\":[],\"Policies\":[]}"));
	decoder_open(&d, &context);
	decoder_feed(d, buf_str(&text), true);
	while ((rc = decoder_next(d, &batch, &e)) == 1) {
		assert_int_equal(decoder_batch_run(batch, &out, &e), 0);
		bytes += decoder_batch_bytes(batch);
		batches++;
		decoder_batch_free(batch);
	}
	assert_int_equal(rc, 0);
	assert_true(batches >= 4);
	assert_true(bytes > text.n / 2 && bytes <= text.n);
	assert_string_equal(decoder_format(d), "iam-authorization-details");
	decoder_close(d);
	assert_int_equal(decode_records_lines(&lines, buf_str(&out), &e), 0);
	assert_non_null(memmem(lines.p, lines.n, "user/u39999 aws:iam:user u39999", 31));
	buf_release(&lines);
	buf_release(&out);
	buf_release(&text);
}

static void passes_records_on(void **state)
{
	struct decoder_context context = { .path = STR_LIT("-") };
	struct record header = { .type = RECORD_HEADER, .version = RECORD_VERSION };
	struct record coverage = { .type = RECORD_COVERAGE,
		.coverage = { .scope = STR_LIT("aws:1"),
			.what = STR_LIT("identities"),
			.state = COVERAGE_GOT } };
	struct buf stream = { 0 }, body = { 0 };
	struct err e = { 0 };

	(void)state;
	record_encode(&stream, &header);
	for (int i = 0; i < 100; i++) {
		record_encode(&stream, &coverage);
		record_encode(&body, &coverage);
	}
	for (size_t chunk = 1; chunk < 64; chunk += 7) {
		struct buf out = { 0 };

		assert_int_equal(
			decode_records(&context, buf_str(&stream), chunk, &out, &e), 0);
		assert_true(str_eq(buf_str(&out), buf_str(&body)));
		buf_release(&out);
	}
	buf_release(&body);
	buf_release(&stream);
}

static void tells_whose_data_it_is(void **state)
{
	static const struct {
		const char *head, *hint;
	} rows[] = {
		{ "{\"UserId\":\"x\",\"Account\":\"111122223333\",\"Arn\":\"arn:aws-cn:sts::111122223333:assumed-role/r/s\"}",
			"aws-cn:111122223333" },
		{ "{\"UserDetailList\":[" USER "}]", "aws:111122223333" },
		{ "{\"Policies\":[{\"Arn\" : \"arn:aws:iam::aws:policy/x\"},{\"Arn\"\n:\n\"" A
		  "policy/y\"}]",
			"aws:111122223333" },
		{ "{\"Arn\":\"arn:aws:s3:::b\"}", "" },
		{ "{\"Arn\":\"arn:aws:iam::1111:user/x\"}", "" },
		{ "{\"Arn\":", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char hint[DECODER_HINT_MAX] = "";
		int found = decoder_identify(str_from(rows[i].head), hint);

		assert_int_equal(found, rows[i].hint[0] != '\0');
		if (found)
			assert_string_equal(hint, rows[i].hint);
	}
}

static void names_the_companion(void **state)
{
	static const char *const rows[][2] = {
		{ "aws/aws/accounts/111122223333/iam/role/r/trust-policy.json",
			"metadata.json" },
		{ "aws/aws/accounts/111122223333/iam/role/r/metadata.json", "" },
		{ "aws/aws/accounts/111122223333/organization.json", "" },
		{ "a/aws/aws/organizations/o-abcdefghij/accounts.json", "metadata.json" },
		{ "dump/kms/keys/k/get-key-policy.json", "describe-key.json" },
		{ "gaad.json", "" },
		{ "-", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct str name = decoder_companion(str_from(rows[i][0]));

		if (!str_eq(name, str_from(rows[i][1])))
			fail_msg("%s: '%.*s'", rows[i][0], STR_ARG(name));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses),
		cmocka_unit_test(refuses_a_thousand_deep),
		cmocka_unit_test(cuts_large_input_into_batches),
		cmocka_unit_test(passes_records_on),
		cmocka_unit_test(tells_whose_data_it_is),
		cmocka_unit_test(names_the_companion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
