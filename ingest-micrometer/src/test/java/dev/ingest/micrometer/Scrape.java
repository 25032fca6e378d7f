package dev.ingest.micrometer;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.EngineListener;
import dev.ingest.core.Expectation;
import dev.ingest.core.Ingest;
import dev.ingest.core.Pipeline;
import dev.ingest.spi.Receipt;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What Prometheus sees of an engine that has worked, failed and met errors.
 *
 * @param series the keys of the labels of each sample, by its name
 * @param types the type of each family, by its name
 */
record Scrape(Map<String, Set<String>> series, Map<String, String> types) {

  private static final Pattern SAMPLE =
      Pattern.compile("(?<name>[a-z_]+)(\\{(?<labels>.*)\\})? \\S+");
  private static final Pattern LABEL = Pattern.compile("(?<key>[a-z_]+)=\"");
  private static final Pattern TYPE = Pattern.compile("# TYPE (?<name>\\S+) (?<type>\\S+)");

  /** Has a real engine work, and scrapes it. */
  static Scrape ofAnEngine() throws IOException {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    ObservationRegistry observations = ObservationRegistry.create();
    observations
        .observationConfig()
        .observationHandler(new DefaultMeterObservationHandler(registry));
    Pipeline pipeline =
        Pipeline.named("photos")
            .stage(Scene.troubled())
            .observe(new StageObservations(observations))
            .expect(Expectation.onePerItem())
            .build();
    EngineListener broken =
        new EngineListener() {
          @Override
          public void accepted(Receipt receipt) {
            throw new IllegalStateException("a listener that fails");
          }
        };
    IngestMeters meters = new IngestMeters(registry);
    Scene scene = new Scene();
    try (Ingest ingest =
        scene.builder().pipeline(pipeline).meter(meters).listener(broken).build()) {
      LedgerFigures figures = meters.watch(ingest, scene.faulting, () -> Map.of("work", 3L));
      Scene.submit(ingest, "good");
      Scene.submit(ingest, "flaky");
      Scene.submit(ingest, "bad");
      assertTrue(ingest.runUntilIdle());
      // The first shows the tables, of which the reading within it tells.
      registry.scrape();
      Scrape scrape = parse(registry.scrape());
      figures.close();
      return scrape;
    }
  }

  private static Scrape parse(String text) {
    Map<String, Set<String>> series = new TreeMap<>();
    Map<String, String> types = new TreeMap<>();
    text.lines()
        .forEach(
            line -> {
              Matcher sample = SAMPLE.matcher(line);
              Matcher type = TYPE.matcher(line);
              if (type.matches()) {
                types.put(type.group("name"), type.group("type"));
              } else if (sample.matches()) {
                Set<String> keys =
                    series.computeIfAbsent(sample.group("name"), name -> new TreeSet<>());
                String labels = sample.group("labels");
                LABEL
                    .matcher(labels == null ? "" : labels)
                    .results()
                    .forEach(label -> keys.add(label.group(1)));
              }
            });
    return new Scrape(series, types);
  }
}
