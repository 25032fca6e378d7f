package dev.ingest.core.lifecycle;

import java.time.Duration;
import java.util.Optional;

/**
 * What a look at the ledger's clock found, at the time by which something is judged.
 *
 * @param unmeasured how much of all time up to then no node has measured, which is the most that
 *     the clock can be ahead
 * @param doubt why the clock is not believed, or empty
 */
public record Clocks(Duration unmeasured, Optional<String> doubt) {}
