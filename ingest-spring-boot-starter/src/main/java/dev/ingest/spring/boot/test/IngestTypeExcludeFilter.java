package dev.ingest.spring.boot.test;

import dev.ingest.core.EngineListener;
import dev.ingest.core.Expectation;
import dev.ingest.core.Probe;
import dev.ingest.core.Stage;
import dev.ingest.spi.alert.AlertSink;
import dev.ingest.spi.notice.OwnerNotifier;
import dev.ingest.spring.boot.IngestBuilderCustomizer;
import java.util.Set;
import org.springframework.boot.test.context.filter.annotation.StandardAnnotationCustomizableTypeExcludeFilter;

/** Leaves out of a scan what is not of the engine's own types. */
final class IngestTypeExcludeFilter
    extends StandardAnnotationCustomizableTypeExcludeFilter<IngestTest> {

  private static final Set<Class<?>> INCLUDED =
      Set.of(
          Stage.class,
          Expectation.class,
          Probe.class,
          EngineListener.class,
          OwnerNotifier.class,
          AlertSink.class,
          IngestBuilderCustomizer.class);

  IngestTypeExcludeFilter(Class<?> testClass) {
    super(testClass);
  }

  @Override
  protected Set<Class<?>> getKnownIncludes() {
    return INCLUDED;
  }
}
