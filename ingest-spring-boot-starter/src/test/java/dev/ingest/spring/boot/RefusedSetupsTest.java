package dev.ingest.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ingest.core.EngineListener;
import dev.ingest.core.Stage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.sqlite.SQLiteDataSource;

/** Setups that cannot work end the start with what is wrong and what to do, and leave nothing. */
@ExtendWith(OutputCaptureExtension.class)
final class RefusedSetupsTest {

  @TempDir private Path home;

  @Test
  void applicationThatCannotStart_printsWhatToDo(CapturedOutput output) {
    SpringApplication application =
        new SpringApplication(
            IngestStoresAutoConfiguration.class,
            IngestAutoConfiguration.class,
            Contexts.Copying.class);
    application.setWebApplicationType(WebApplicationType.NONE);
    assertThatThrownBy(() -> application.run("--" + content()))
        .isInstanceOf(BeanCreationException.class);
    assertThat(output)
        .contains("APPLICATION FAILED TO START")
        .contains("The Ingest engine does not start: there is no place for the ledger")
        .contains("Set ingest.ledger.sqlite-file to a file");
  }

  @Test
  void noPlaceForTheLedger_saysHowToNameOne() {
    refused(
        Contexts.bare().withUserConfiguration(Contexts.Copying.class).withPropertyValues(content()),
        "no DataSource and no ingest.ledger.sqlite-file",
        "Set ingest.ledger.sqlite-file");
  }

  @Test
  void noPlaceForTheBytes_saysHowToNameOne() {
    refused(
        Contexts.bare().withUserConfiguration(Contexts.Copying.class).withPropertyValues(ledger()),
        "no place for the bytes",
        "Set ingest.content.directory or ingest.content.s3.bucket");
  }

  @Test
  void twoPlacesForTheBytes_areRefused() {
    refused(
        Contexts.embedded(home).withPropertyValues("ingest.content.s3.bucket=photos"),
        "two places",
        "Remove one");
  }

  @Test
  void s3WithoutABucket_isRefused() {
    refused(
        Contexts.bare()
            .withUserConfiguration(Contexts.Copying.class)
            .withPropertyValues(ledger(), "ingest.content.s3.region=eu-central-1"),
        "has no bucket",
        "ingest.content.s3.bucket");
  }

  @Test
  void noPipeline_isRefused() {
    refused(
        Contexts.bare().withPropertyValues(ledger(), content()),
        "no Pipeline bean",
        "ingest.work.enabled=false");
  }

  @Test
  void pipelineWithoutWork_isRefused() {
    refused(
        Contexts.embedded(home).withPropertyValues("ingest.work.enabled=false"),
        "leaves 1 Pipeline and 0 Stage beans unused, and an engine without work takes no uploads",
        "Remove ingest.work.enabled=false");
  }

  @Test
  void stageWithoutWork_isRefused() {
    refused(
        Contexts.bare()
            .withBean(Stage.class, Stage::copy)
            .withPropertyValues(ledger(), content(), "ingest.work.enabled=false"),
        "leaves 0 Pipeline and 1 Stage beans unused",
        "define these beans under the condition of that property");
  }

  @Test
  void dataSourceThatIsNoPostgres_isRefusedBeforeATableIsMade() throws Exception {
    refused(
        Contexts.bare()
            .withUserConfiguration(Contexts.Copying.class, Sqlite.class)
            .withPropertyValues(content(), "test.file=" + home.resolve("other.db")),
        "expected PostgreSQL",
        "ingest.ledger.sqlite-file");
    assertThat(Files.exists(home.resolve("other.db")) ? Files.size(home.resolve("other.db")) : 0)
        .isZero();
  }

  @Test
  void severalDataSources_areRefused() {
    refused(
        Contexts.bare()
            .withUserConfiguration(Contexts.Copying.class, Sqlite.class, SecondSqlite.class)
            .withPropertyValues(content(), "test.file=" + home.resolve("other.db")),
        "there are 2 DataSources",
        "@Primary");
  }

  @Test
  void severalListeners_areRefused() {
    refused(
        Contexts.embedded(home)
            .withBean("one", EngineListener.class, () -> EngineListener.NONE)
            .withBean("two", EngineListener.class, () -> new EngineListener() {}),
        "several beans of type EngineListener",
        "@Primary");
  }

  @Test
  void timesThatLeaveNoRepair_areRefused() {
    refused(
        Contexts.embedded(home).withPropertyValues("ingest.times.repair-window=60d"),
        "the repair window of PT1440H leaves no time",
        "Change the properties ingest.*");
  }

  @Test
  void everyMismatchOfTheEngine_isNamedAtOnce() {
    refused(
        Contexts.embedded(home)
            .withPropertyValues("ingest.expiry.leads=20d", "ingest.watch.scrub.age=1s"),
        "longest lead",
        "Each part between semicolons");
    refused(
        Contexts.embedded(home)
            .withPropertyValues("ingest.expiry.leads=20d", "ingest.watch.scrub.age=1s"),
        "a scrub that goes on by itself",
        "Each part between semicolons");
  }

  @Test
  void riskThatDoesNotExist_isRefusedWithThoseThatDo() {
    refused(
        Contexts.bare()
            .withUserConfiguration(Contexts.Copying.class)
            .withPropertyValues(
                ledger(), "ingest.content.s3.bucket=photos", "ingest.content.s3.accept=all"),
        "the risk \"all\", which does not exist",
        "LIFECYCLE_UNKNOWN");
  }

  @Test
  void nodeWithAForbiddenName_isRefused() {
    refused(
        Contexts.embedded(home).withPropertyValues("ingest.node.id=a b"),
        "a node id is",
        "Correct the value");
  }

  @Test
  void missingDirectoryOfTheLedger_isNotMade() {
    refused(
        Contexts.embedded(home)
            .withPropertyValues("ingest.ledger.sqlite-file=" + home.resolve("gone/ledger.db")),
        "gone",
        "See that the database can be reached");
    assertThat(home.resolve("gone")).doesNotExist();
  }

  @Test
  void ledgerOfOtherContent_isRefused() {
    Contexts.embedded(home).run(context -> assertThat(context).hasNotFailed());
    refused(
        Contexts.embedded(home)
            .withPropertyValues("ingest.content.directory=" + home.resolve("elsewhere")),
        "elsewhere",
        "Change the properties ingest.*");
  }

  private String ledger() {
    return "ingest.ledger.sqlite-file=" + home.resolve("ledger.db");
  }

  private String content() {
    return "ingest.content.directory=" + home.resolve("content");
  }

  private static void refused(ApplicationContextRunner runner, String problem, String remedy) {
    // Of engines that ended, threads that were asked something wait for more for some seconds.
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    runner.run(
        context -> {
          Throwable failure = context.getStartupFailure();
          assertThat(failure).isNotNull();
          FailureAnalysis analysis =
              new IngestFailureAnalyzer().analyze(Objects.requireNonNull(failure));
          assertThat(analysis).isNotNull();
          assertThat(Objects.requireNonNull(analysis).getDescription())
              .startsWith("The Ingest engine does not start: ")
              .contains(problem);
          assertThat(analysis.getAction()).contains(remedy);
        });
    assertThat(
            Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread))
                .map(Thread::getName))
        .noneMatch(name -> name.startsWith("ingest-"));
  }

  @Configuration(proxyBeanMethods = false)
  static class Sqlite {

    @Bean
    DataSource one(Environment environment) {
      SQLiteDataSource source = new SQLiteDataSource();
      source.setUrl("jdbc:sqlite:" + environment.getRequiredProperty("test.file"));
      return source;
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class SecondSqlite {

    @Bean
    DataSource two() {
      return new SQLiteDataSource();
    }
  }
}
