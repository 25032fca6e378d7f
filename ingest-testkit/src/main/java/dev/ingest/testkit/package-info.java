/**
 * What tests of the engine and of storage adapters stand on: time that only moves by hand, and
 * stores in memory that follow the storage interfaces to the word.
 */
@NullMarked
package dev.ingest.testkit;

import org.jspecify.annotations.NullMarked;
