/**
 * A deterministic simulation of the engine: several nodes, clients, operators and every kind of
 * fault on one thread under simulated time. One seed is one run.
 *
 * <ul>
 *   <li><b>A run:</b> {@code Simulation} takes a {@code Scenario}, made of a seed, through a {@code
 *       World}, which has the time, the chance and the one loop. {@code SimNode} is one life of a
 *       real engine over faulty stores, {@code Uploader} a client, {@code Trouble} what comes from
 *       outside.
 *   <li><b>What must be true:</b> {@code Oracle} knows it of uploads and results, {@code
 *       BackfillOracle} of backfills, {@code QuotaOracle} of owners' quotas, {@code Untold} of
 *       deadlines; {@code FinalAudit} reads everything at the end. The invariants by number are in
 *       {@code dev.ingest.core.invariants}.
 *   <li><b>Faults at exact calls:</b> {@code Passage} is one sequence's life, {@code
 *       CallFaultPlans} has the faults that are tried in it.
 *   <li><b>Every situation of the lifecycle:</b> {@code LifecycleExploration}, held to {@code
 *       DecisionRules}.
 *   <li><b>As a command:</b> {@link Simulate} for seeds, {@link Programme} for the rows of the
 *       reliability programme.
 * </ul>
 */
@NullMarked
package dev.ingest.simulator;

import org.jspecify.annotations.NullMarked;
