/**
 * What may become of a sequence, without I/O, clock or randomness.
 *
 * <p>{@link EventKind} is the table: which event leads from which states to which. {@link
 * Lifecycle#decide} says under which conditions, and with which marks, history and alerts: an
 * entry, an {@link Event} and the time make a {@link Decision}. {@link Acceptance} is the
 * beginning, which has no entry yet; {@link Expiry} is the guard before raw bytes go, {@link
 * SideRuns} what happens beside a published result. {@link HistoryChain} hashes each row with the
 * one before it.
 *
 * <p>Tests explore it exhaustively, and compare its table with docs/lifecycle.md and with a formal
 * model in docs/model.
 */
@NullMarked
package dev.ingest.core.lifecycle;

import org.jspecify.annotations.NullMarked;
