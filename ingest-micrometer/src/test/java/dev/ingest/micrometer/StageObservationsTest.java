package dev.ingest.micrometer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Expectation;
import dev.ingest.core.Ingest;
import dev.ingest.core.Pipeline;
import io.micrometer.common.KeyValues;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each attempt at a stage is observed, and the sequence is no tag of a meter. */
@Timeout(60)
final class StageObservationsTest {

  private final Scene scene = new Scene();
  private final ObservationRegistry observations = ObservationRegistry.create();

  private void work() throws IOException {
    Pipeline pipeline =
        Pipeline.named("photos")
            .stage(Scene.troubled())
            .observe(new StageObservations(observations))
            .expect(Expectation.onePerItem())
            .build();
    try (Ingest ingest = scene.builder().pipeline(pipeline).withoutWatch().build()) {
      Scene.submit(ingest, "good");
      Scene.submit(ingest, "flaky");
      assertTrue(ingest.runUntilIdle());
    }
  }

  @Test
  void anAttempt_carriesItsSequence() throws IOException {
    List<KeyValues> low = new CopyOnWriteArrayList<>();
    List<String> seen = new CopyOnWriteArrayList<>();
    observations
        .observationConfig()
        .observationHandler(
            new ObservationHandler<Observation.Context>() {
              @Override
              public void onStop(Observation.Context context) {
                low.add(context.getLowCardinalityKeyValues());
                seen.add(
                    context.getContextualName()
                        + " "
                        + context.getHighCardinalityKeyValues()
                        + (context.getError() == null ? "" : " failed"));
              }

              @Override
              public boolean supportsContext(Observation.Context context) {
                return true;
              }
            });
    work();
    assertEquals(
        List.of(
            "stage copy [keyValue(sequence=alice/flaky)] failed",
            "stage copy [keyValue(sequence=alice/flaky)]",
            "stage copy [keyValue(sequence=alice/good)]"),
        seen.stream().sorted((one, other) -> other.length() - one.length()).toList());
    assertEquals(KeyValues.of("pipeline", "photos", "stage", "copy", "version", "1"), low.get(0));
  }

  @Test
  void theTimerOfAttempts_hasNoSequence() throws IOException {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    observations.observationConfig().observationHandler(new DefaultMeterObservationHandler(meters));
    work();
    assertEquals(
        3, meters.find(IngestMeter.STAGE.dotted()).timers().stream().mapToLong(Timer::count).sum());
    meters
        .find(IngestMeter.STAGE.dotted())
        .timers()
        .forEach(timer -> assertEquals(4, timer.getId().getTags().size()));
  }
}
