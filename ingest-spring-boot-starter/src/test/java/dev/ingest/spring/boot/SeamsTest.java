package dev.ingest.spring.boot;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import java.util.Timer;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/** Keeps the seams of this module: where time begins, and who knows which store. */
final class SeamsTest {

  private static final String STORES = "dev.ingest.spring.boot.IngestStoresAutoConfiguration";

  private static final String SLICE = "dev.ingest.spring.boot.test.IngestTestAutoConfiguration";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.ingest.spring");

  @Test
  void classes_areLookedAt() {
    assertTrue(CLASSES.contain(STORES));
  }

  @Test
  void systemClock_beginsWhereTheStoresAreOpened() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName(STORES)
        .and()
        .doNotHaveFullyQualifiedName(SLICE)
        .should()
        .callMethod(InstantSource.class, "system")
        .orShould()
        .callMethod(Clock.class, "systemUTC")
        .because("whoever needs the time gets a source from its caller")
        .check(CLASSES);
    noClasses()
        .should()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .because("time is a java.time.InstantSource that is handed in")
        .check(CLASSES);
  }

  @Test
  void randomnessAndWaiting_areNotOfThisModule() {
    noClasses()
        .should()
        .callConstructor(Random.class)
        .orShould()
        .callMethod(ThreadLocalRandom.class, "current")
        .orShould()
        .callMethod(Math.class, "random")
        .orShould()
        .callMethod(Thread.class, "sleep", long.class)
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(Timer.class)
        .check(CLASSES);
  }

  @Test
  void stores_areKnownToThoseThatOpenThemAlone() {
    noClasses()
        .that()
        .haveSimpleNameNotStartingWith("IngestStoresAutoConfiguration")
        .and()
        .haveSimpleNameNotEndingWith("Configuration")
        .and()
        .haveSimpleNameNotStartingWith("S3Opening")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.ingest.store..")
        .check(CLASSES);
  }
}
