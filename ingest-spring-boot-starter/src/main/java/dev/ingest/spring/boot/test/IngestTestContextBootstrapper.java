package dev.ingest.spring.boot.test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.test.autoconfigure.TestSliceTestContextBootstrapper;

/** Gives a test of the slice its properties: those that make an engine in memory, and its own. */
final class IngestTestContextBootstrapper extends TestSliceTestContextBootstrapper<IngestTest> {

  private static final List<String> OF_THE_SLICE =
      List.of("ingest.auto-startup=false", "ingest.intake.max-item-size=1GB");

  @Override
  protected String @Nullable [] getProperties(Class<?> testClass) {
    List<String> properties = new ArrayList<>(OF_THE_SLICE);
    String[] own = super.getProperties(testClass);
    if (own != null) {
      Collections.addAll(properties, own);
    }
    return properties.toArray(String[]::new);
  }
}
