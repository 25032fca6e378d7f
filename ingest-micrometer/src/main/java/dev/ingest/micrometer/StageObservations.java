package dev.ingest.micrometer;

import dev.ingest.core.StageObserver;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.StageRef;
import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;

/**
 * Makes an observation of each attempt at a stage, and so a span where the registry traces: named
 * {@code ingest.stage}, with the pipeline, the stage and its contract version as keys of low
 * cardinality, and the sequence, {@code owner/id}, as one of high cardinality. What the stage calls
 * is traced within it. For {@link dev.ingest.core.Pipeline.Builder#observe}. Thread-safe.
 */
public final class StageObservations implements StageObserver {

  private final ObservationRegistry registry;

  /**
   * Creates one.
   *
   * @param registry what hears of the observations
   */
  public StageObservations(ObservationRegistry registry) {
    this.registry = registry;
  }

  @Override
  public void observe(String pipeline, StageRef stage, SequenceKey sequence, Attempt attempt)
      throws Exception {
    Observation.createNotStarted(IngestMeter.STAGE.dotted(), registry)
        .contextualName("stage " + stage.name())
        .lowCardinalityKeyValue(KeyValue.of(IngestMeter.Tags.PIPELINE, pipeline))
        .lowCardinalityKeyValue(KeyValue.of(IngestMeter.Tags.STAGE, stage.name()))
        .lowCardinalityKeyValue(
            KeyValue.of(IngestMeter.Tags.VERSION, Integer.toString(stage.contractVersion())))
        .highCardinalityKeyValue(KeyValue.of("sequence", sequence.toString()))
        .observeChecked(attempt::run);
  }
}
