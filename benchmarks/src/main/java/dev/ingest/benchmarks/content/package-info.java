/** Content on S3 beside the SDK's own transfer manager on the same server, in one run. */
@NullMarked
package dev.ingest.benchmarks.content;

import org.jspecify.annotations.NullMarked;
