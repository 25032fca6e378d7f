/**
 * Content on S3 and on servers that speak its protocol. Start at {@link S3Content}.
 *
 * <p>An opening tries the server ({@code Probe}, {@code Race}) and reads what the bucket does by
 * itself ({@code BucketSettings}, {@code LifecycleRules}). {@code S3ContentWriter} puts by one
 * request ({@code WholePut}) or in parts ({@code MultipartPut}), {@code Bucket} looks up and reads
 * ({@code ObjectInput}), {@code Deletions} deletes, {@code Sweep} aborts what nobody ends. Every
 * request is bounded in time by {@code Calls}.
 */
@NullMarked
package dev.ingest.store.s3;

import org.jspecify.annotations.NullMarked;
