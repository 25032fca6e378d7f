/**
 * A server that speaks the part of the S3 protocol that a content adapter uses, keeps what it is
 * given in memory, and fails where a rule says so.
 */
@NullMarked
package dev.ingest.testkit.s3;

import org.jspecify.annotations.NullMarked;
