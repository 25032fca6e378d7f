/**
 * What tests of the engine and of storage adapters stand on: time that only moves by hand ({@link
 * ManualTime}), and stores in memory that follow the storage interfaces to the word ({@link
 * InMemoryLedger}, {@link InMemoryContent}). The contract that an adapter passes is in {@link
 * dev.ingest.testkit.contract}; what it is given there is made by {@link Bodies} and {@link
 * Transitions}.
 */
@NullMarked
package dev.ingest.testkit;

import org.jspecify.annotations.NullMarked;
