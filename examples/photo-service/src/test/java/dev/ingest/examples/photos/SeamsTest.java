package dev.ingest.examples.photos;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Keeps the seams of the example: no time, chance or sleep of its own, and no concrete store. */
final class SeamsTest {

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.ingest.examples");

  @Test
  void timeChanceAndWaiting_areTheEngines() {
    assertThat(CLASSES.contain(PhotoService.class)).isTrue();
    noClasses()
        .should()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(InstantSource.class, "system")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callConstructor(Random.class)
        .orShould()
        .callMethod(Thread.class, "sleep", long.class)
        .check(CLASSES);
  }

  @Test
  void stores_areTheConfigurations() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.ingest.store..", "dev.ingest.testkit..")
        .check(CLASSES);
  }
}
