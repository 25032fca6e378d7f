/**
 * What runs behind {@link dev.ingest.core.Ingest}: everything that reads or changes the ledger and
 * the content store. Not exported; services see {@code dev.ingest.core}.
 *
 * <p>A {@link Node} is one running engine: who it is, its stores, its policies and its {@link Seams
 * seams}, by which alone time, randomness and threads come in. {@link Engine} puts together what
 * works, {@link Watchers} what watches; both are made of {@link Driver}s without threads. {@link
 * EngineThreads} gives each driver a thread, the simulator ticks them itself. A driver keeps
 * nothing in memory that the ledger does not know, so that whatever ends one, {@link Supervisor}
 * may let it go on.
 *
 * <p>Where to begin, by subject; classes whose names begin alike stand beside each other:
 *
 * <ul>
 *   <li><b>An upload, until its receipt:</b> {@link Intake} opens it, {@link OpenUpload} has the
 *       order of durable effects, {@link Submission} has it accepted.
 *   <li><b>The hot path:</b> {@link LeasedDriver} claims, and has the work done by {@link
 *       StageTask} (in {@link StageRun}) or {@link VerifyTask}, while {@link HeldLeases} renews.
 *   <li><b>Commits, whoever makes them:</b> {@link Committer} asks the lifecycle and makes the
 *       transition, {@link GroupCommit} gathers those of a node into batches, {@link Settlement}
 *       finds out what an unknown outcome was.
 *   <li><b>Reading back, whoever asks:</b> {@link Examiner} reads a {@link StoredSet} byte for
 *       byte, {@link Certainty} says which damage counts, {@link Judgement} asks expectation and
 *       probes. For a candidate {@link VerifyTask}; before expiry {@link ResultProof}; again and
 *       again {@link Scrubber}; on demand {@link Inspection}; of everything {@link Auditing} and
 *       {@link Auditor}, which lay ledger and listings side by side ({@link Reconciliation}) and
 *       look closely at what does not fit ({@link Examination}).
 *   <li><b>Time that passes:</b> no timers; pages of what is due by the ledger's clock ({@link
 *       DuePass}). {@link Sentinel} tells, {@link Expirer} lets raw bytes go, {@link ClockGuard}
 *       says whether the time may be believed.
 *   <li><b>Deletion:</b> under permits for exact keys, after the commit that allows it. {@link
 *       Disposal} for what expired or was discarded, {@link Sweeper} for what nothing refers to,
 *       both by {@link Deletion}; {@link QuarantineSweep} for what was set aside.
 *   <li><b>Alerts and notices:</b> {@link AlertPump} and {@link NoticePump} from the outboxes,
 *       {@link DirectAlerts} past the ledger.
 *   <li><b>Watchers that are watched:</b> {@link Watcher} lists them, {@link WatcherLease} lets one
 *       node at a time do the work, {@link Watchdog} notices who is silent.
 *   <li><b>What people do:</b> {@link Acting}, {@link Repairing}, {@link Adoption}, {@link
 *       RouteChanging}, {@link Backfilling}.
 *   <li><b>Nodes, routes, backfills:</b> {@link NodeRegistry} and {@link Lookout}; {@link Routing}
 *       and {@link RouteWatcher}; {@link Backfiller} and {@link BackfillRun}.
 *   <li><b>Stores that change under it:</b> {@link Binding} (does the content belong to this
 *       ledger?), {@link KnownIncarnation} and {@link Restoration} (did the ledger come back from a
 *       backup?).
 * </ul>
 */
@NullMarked
package dev.ingest.core.engine;

import org.jspecify.annotations.NullMarked;
