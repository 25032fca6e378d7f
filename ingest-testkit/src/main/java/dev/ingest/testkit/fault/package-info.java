/**
 * Fault injection: wrappers around any content store and any ledger that fail, lose replies, delay,
 * repeat, tear, answer stale or crash at chosen calls.
 */
@NullMarked
package dev.ingest.testkit.fault;

import org.jspecify.annotations.NullMarked;
