/**
 * The contract that every storage adapter must pass: abstract JUnit classes, one per interface,
 * that an adapter's tests extend with the few lines that open the adapter.
 *
 * <p>Each case states one sentence of the storage interfaces as its display name. A case that
 * depends on a capability asserts what holds without it, and never passes by doing nothing.
 *
 * <p>All that an adapter's test has to say is how to open the adapter on a place that is empty at
 * first and the same for the rest of the test:
 *
 * <pre>
 * class MyLedgerTest extends LedgerContract {
 *   &#64;TempDir Path directory;
 *
 *   &#64;Override
 *   protected LedgerStore open(InstantSource clock) {
 *     return new MyLedger(directory.resolve("ledger"), clock);
 *   }
 * }
 * </pre>
 *
 * <p>What declares itself shared is opened a second time while it is open, as another process would
 * open it, and races run across both. A test whose {@code open} cannot do that says how in {@code
 * openBeside}.
 */
@NullMarked
package dev.ingest.testkit.contract;

import org.jspecify.annotations.NullMarked;
