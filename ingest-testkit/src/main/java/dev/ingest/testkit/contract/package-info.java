/**
 * The contract that every storage adapter must pass: abstract JUnit classes, one per interface,
 * that an adapter's tests extend with the few lines that open the adapter.
 *
 * <p>Each case states one sentence of the storage interfaces as its display name. A case that
 * depends on a capability asserts what holds without it, and never passes by doing nothing.
 */
@NullMarked
package dev.ingest.testkit.contract;

import org.jspecify.annotations.NullMarked;
