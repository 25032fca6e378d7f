package dev.ingest.testkit.s3;

import java.util.Optional;

/**
 * A request and what came of it.
 *
 * @param request the request
 * @param status the status of the reply that was sent, or begun; 0 where the connection was closed
 *     without one
 * @param fault what struck it
 */
public record S3Exchange(S3Request request, int status, Optional<S3Fault> fault) {}
