/**
 * A deterministic simulation of the engine: several nodes, clients, operators and every kind of
 * fault on one thread under simulated time. One seed is one run.
 */
@NullMarked
package dev.ingest.simulator;

import org.jspecify.annotations.NullMarked;
