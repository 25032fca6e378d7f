/**
 * Content on S3 and on servers that speak its protocol. Start at {@link
 * dev.ingest.store.s3.S3Content}.
 */
@NullMarked
package dev.ingest.store.s3;

import org.jspecify.annotations.NullMarked;
