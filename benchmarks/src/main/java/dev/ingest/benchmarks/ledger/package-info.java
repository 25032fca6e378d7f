/** The ledger on PostgreSQL beside schedulers on the same server, in one run. */
@NullMarked
package dev.ingest.benchmarks.ledger;

import org.jspecify.annotations.NullMarked;
