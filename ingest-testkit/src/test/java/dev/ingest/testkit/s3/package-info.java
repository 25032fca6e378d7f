/** Tests of the server that speaks S3, by a plain client of HTTP. */
@NullMarked
package dev.ingest.testkit.s3;

import org.jspecify.annotations.NullMarked;
