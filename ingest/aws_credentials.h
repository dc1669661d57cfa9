/*
 * aws_credentials.h - which credentials users have: the credential report, as text or in
 * the answer of get-credential-report, and the lists of one user's keys and devices.
 *
 * They become attributes of the user: "access_keys" (how many there are, active or not),
 * "login_profile" and "mfa" ("true", "false").
 *
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
 */
#ifndef INGEST_AWS_CREDENTIALS_H
#define INGEST_AWS_CREDENTIALS_H

#include "ingest/decoder_priv.h"

/* The format of such a document, or NULL. */
const struct decoder_format *aws_credentials_detect(const struct json_shape *shape);

/* The report as text; it begins with AWS_CREDENTIALS_HEAD. */
#define AWS_CREDENTIALS_HEAD "user,arn,user_creation_time,"
extern const struct decoder_format aws_credentials_report;

#endif
