package dev.ingest.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ingest.core.Expectation;
import dev.ingest.core.Ingest;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.store.file.FileContent;
import dev.ingest.store.jdbc.JdbcLedger;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** A property that a bean makes useless is named at the start, with the bean. */
@ExtendWith(OutputCaptureExtension.class)
final class UnusedPropertiesTest {

  private static final String USELESS = "properties without effect beside the ";

  @TempDir private Path home;

  @Test
  void storeOfTheApplication_isNamedWithThePropertiesOfTheOther(CapturedOutput output) {
    Contexts.embedded(home)
        .withUserConfiguration(OwnStores.class)
        .withPropertyValues("own=" + home, "ingest.work.pipeline=mine")
        .run(context -> assertThat(context).hasNotFailed());
    assertThat(output)
        .contains(told("LedgerStore bean [ownLedger]", "ingest.ledger.sqlite-file"))
        .contains(told("ContentAccess bean [ownContent]", "ingest.content.directory"))
        .contains(told("Pipeline bean [copying]", "ingest.work.pipeline"));
    assertThat(home.resolve("ledger.db")).doesNotExist();
  }

  @Test
  void engineOfTheApplication_isNamedWithAllThatItDoesNotHear(CapturedOutput output) {
    Contexts.embedded(home)
        .withUserConfiguration(OwnStores.class, OwnEngine.class)
        .withPropertyValues("own=" + home, "ingest.times.target=2h", "ingest.shutdown.drain=1s")
        .run(context -> assertThat(context).hasNotFailed());
    assertThat(output)
        .contains(
            told(
                "Ingest bean [ownEngine]",
                "ingest.content.directory, ingest.ledger.sqlite-file, ingest.times.target"));
  }

  private static String told(String bean, String properties) {
    return USELESS + bean + " of the application: [" + properties + "]; remove";
  }

  @Test
  void propertiesThatAreHeard_areNotNamed(CapturedOutput output) {
    Contexts.embedded(home)
        .withPropertyValues("ingest.times.target=2h")
        .run(context -> assertThat(context).hasNotFailed());
    Contexts.bare()
        .withUserConfiguration(Contexts.Copying.class, OwnStores.class)
        .withPropertyValues("own=" + home)
        .run(context -> assertThat(context).hasNotFailed());
    assertThat(output).doesNotContain(USELESS);
  }

  /** Beside the configured ones. */
  @Configuration(proxyBeanMethods = false)
  static class OwnStores {

    @Bean
    LedgerStore ownLedger(@Value("${own}") Path directory) {
      return JdbcLedger.sqlite(directory.resolve("own.db"), InstantSource.system());
    }

    @Bean
    ContentAccess ownContent(@Value("${own}") Path directory) {
      return new FileContent(directory.resolve("own"), InstantSource.system()).access();
    }
  }

  /** Built without a property. */
  @Configuration(proxyBeanMethods = false)
  static class OwnEngine {

    @Bean
    Ingest ownEngine(LedgerStore ledger, ContentAccess content) {
      return Ingest.builder()
          .ledger(ledger)
          .content(content)
          .pipeline(
              Pipeline.named("own").stage(Stage.copy()).expect(Expectation.onePerItem()).build())
          .build();
    }
  }
}
