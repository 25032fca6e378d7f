package dev.ingest.core.engine;

import java.time.Duration;
import java.util.function.IntSupplier;

/**
 * What ticks at intervals on a thread of its own.
 *
 * @param name for its thread and for messages
 * @param period how long it waits after a tick that did nothing, or failed
 * @param tick does one bounded piece of work and tells how much was done
 * @param end called once after the last tick, at an orderly end
 */
public record Driver(String name, Duration period, IntSupplier tick, Runnable end) {}
