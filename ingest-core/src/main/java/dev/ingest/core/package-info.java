/**
 * What a service embeds. {@link Ingest#builder()} is where it begins, {@link Ingest} what it holds.
 *
 * <ul>
 *   <li><b>In:</b> {@link Upload}, within {@link IntakeLimits}.
 *   <li><b>Through:</b> a {@link Pipeline} of {@link Stage}s, each of which sees a {@link
 *       StageContext}; what is left to another system comes back by {@link Completions}. An {@link
 *       Expectation} and {@link Probe}s say whether what came of it is complete.
 *   <li><b>Out:</b> {@link PublishedResult}; {@link Verification} is one sequence looked at
 *       closely.
 *   <li><b>When and how fast:</b> records named {@code …Policy}, checked when they are made.
 *   <li><b>Looked at:</b> {@link Outlook}, {@link Nodes}, {@link Routes}, {@link Backfills}, {@link
 *       HourlyCensus}, {@link Notices}; audits and scrubs tell a listener and end with a report.
 *   <li><b>Decided by people, on the record:</b> {@link Acts}, {@link RouteActs}, {@link
 *       BackfillActs}.
 *   <li><b>Heard:</b> {@link EngineListener} (may be slow, may miss), {@link EngineMeter} (asked
 *       where the work is done, misses nothing), {@link StageObserver} (around each attempt).
 * </ul>
 *
 * <p>Every error that is raised on purpose is a {@link dev.ingest.spi.IngestException}. {@link
 * OutcomeUnknownException} is neither a failure nor a success: the call is to be repeated. What is
 * meant to be implemented by a service is an interface; all else is final, and values are
 * immutable.
 */
@NullMarked
package dev.ingest.core;

import org.jspecify.annotations.NullMarked;
