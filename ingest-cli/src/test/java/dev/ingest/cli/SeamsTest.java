package dev.ingest.cli;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.List;
import java.util.Random;
import java.util.Timer;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/**
 * Keeps the seams: time, randomness and waiting enter in one place each, and the modules know each
 * other only along the arrows of the design. Looks at the compiled classes of every module on the
 * class path, tests aside.
 */
class SeamsTest {

  private static final String CLI = "dev.ingest.cli..";
  private static final String CONSOLE = "dev.ingest.console..";
  private static final String CORE = "dev.ingest.core..";
  private static final String SPI = "dev.ingest.spi..";
  private static final String STORES = "dev.ingest.store..";
  private static final String METRICS = "dev.ingest.micrometer..";
  private static final String TESTKIT = "dev.ingest.testkit..";

  /** The two places where the system's time begins: the program, and the builder's default. */
  private static final List<String> CLOCK_OWNERS =
      List.of("dev.ingest.cli.Main", "dev.ingest.core.IngestBuilder");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.ingest");

  @Test
  void everyModule_isLookedAt() {
    for (String one :
        List.of(
            "dev.ingest.spi.Manifest",
            "dev.ingest.core.Ingest",
            "dev.ingest.core.lifecycle.Lifecycle",
            "dev.ingest.testkit.InMemoryLedger",
            "dev.ingest.store.file.FileContentProvider",
            "dev.ingest.store.jdbc.JdbcLedgerProvider",
            "dev.ingest.console.Console",
            "dev.ingest.micrometer.IngestMeters",
            "dev.ingest.cli.Main")) {
      assertTrue(CLASSES.contain(one), one);
    }
  }

  @Test
  void wallClock_isReadThroughASourceThatWasHandedIn() {
    check(
        noClasses()
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(LocalDateTime.class, "now")
            .orShould()
            .callMethod(LocalDate.class, "now")
            .orShould()
            .callMethod(LocalTime.class, "now")
            .orShould()
            .callMethod(ZonedDateTime.class, "now")
            .orShould()
            .callMethod(OffsetDateTime.class, "now")
            .orShould()
            .callConstructor(Date.class)
            .because("time is a java.time.InstantSource that is handed in"));
  }

  @Test
  void systemClock_beginsInTwoPlaces() {
    check(
        noClasses()
            .that()
            .doNotHaveFullyQualifiedName(CLOCK_OWNERS.get(0))
            .and()
            .doNotHaveFullyQualifiedName(CLOCK_OWNERS.get(1))
            .should()
            .callMethod(InstantSource.class, "system")
            .orShould()
            .callMethod(Clock.class, "systemUTC")
            .orShould()
            .callMethod(Clock.class, "systemDefaultZone")
            .because("whoever needs the time gets a source from its caller"));
  }

  @Test
  void randomness_isHandedIn() {
    check(
        noClasses()
            .should()
            .callConstructor(Random.class)
            .orShould()
            .callConstructor(Random.class, long.class)
            .orShould()
            .callMethod(Math.class, "random")
            .orShould()
            .callMethod(ThreadLocalRandom.class, "current")
            .because("a run must be repeatable from its seed"));
  }

  @Test
  void waiting_isDoneOnSignalsThatAShutdownCutsShort() {
    check(
        noClasses()
            .should()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .callMethod(Thread.class, "sleep", long.class, int.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Timer.class)
            .because("a sleep cannot be simulated and delays every shutdown"));
  }

  @Test
  void javaSerialization_isNotUsed() {
    check(
        noClasses()
            .should()
            .dependOnClassesThat()
            .areAssignableTo(ObjectInputStream.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(ObjectOutputStream.class)
            .because("it executes what it reads"));
  }

  @Test
  void spi_knowsNothingOfTheOthersAndNoLibrary() {
    check(noClasses().that().resideInAPackage(SPI).should().dependOnClassesThat(foreignToTheSpi()));
  }

  @Test
  void core_knowsNoStoreNorItsUsers() {
    check(
        noClasses()
            .that()
            .resideInAPackage(CORE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(STORES, METRICS, TESTKIT, CLI, CONSOLE, "dev.ingest.simulator.."));
  }

  @Test
  void console_knowsTheEngineAloneAndNotHowItWorks() {
    check(
        noClasses()
            .that()
            .resideInAPackage(CONSOLE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(STORES, TESTKIT, CLI, "dev.ingest.core.engine.."));
  }

  @Test
  void metrics_knowTheCoreAndNoStore() {
    check(
        noClasses()
            .that()
            .resideInAPackage(METRICS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                STORES, TESTKIT, CLI, "dev.ingest.core.engine..", "dev.ingest.simulator.."));
  }

  @Test
  void stores_knowTheSpiAlone() {
    check(
        noClasses()
            .that()
            .resideInAPackage(STORES)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(CORE, TESTKIT, CLI, CONSOLE, "dev.ingest.simulator.."));
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.ingest.store.file..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.ingest.store.jdbc.."));
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.ingest.store.jdbc..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.ingest.store.file.."));
  }

  @Test
  void testkit_knowsTheSpiAlone() {
    check(
        noClasses()
            .that()
            .resideInAPackage(TESTKIT)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(CORE, STORES, CLI, CONSOLE, "dev.ingest.simulator.."));
  }

  @Test
  void command_findsStoresByTheirUriAlone() {
    check(
        noClasses()
            .that()
            .resideInAPackage(CLI)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(STORES, TESTKIT));
  }

  @Test
  void lifecycle_doesNoInputOrOutput() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.ingest.core.lifecycle..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "java.nio.file..", "java.net..", "java.sql..", "java.util.concurrent..")
            .orShould()
            .dependOnClassesThat()
            .resideInAPackage("dev.ingest.core.engine.."));
  }

  private static DescribedPredicate<JavaClass> foreignToTheSpi() {
    return DescribedPredicate.not(
        resideInAPackage(SPI)
            .or(resideInAPackage("java.."))
            .or(resideInAPackage("org.jspecify..")));
  }

  private static void check(ArchRule rule) {
    rule.check(CLASSES);
  }
}
