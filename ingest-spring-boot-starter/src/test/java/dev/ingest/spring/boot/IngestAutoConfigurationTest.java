package dev.ingest.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ingest.core.EngineListener;
import dev.ingest.core.Expectation;
import dev.ingest.core.Ingest;
import dev.ingest.core.IngestBuilder;
import dev.ingest.core.Stage;
import dev.ingest.core.Upload;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.State;
import dev.ingest.store.jdbc.JdbcLedger;
import dev.ingest.store.s3.S3Content;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import software.amazon.awssdk.services.s3.S3Client;

final class IngestAutoConfigurationTest {

  private static final SequenceKey RIDE = SequenceKey.of("alice", "ride-1");

  @TempDir private Path home;

  @Test
  void fileAndDirectory_makeAnEngineThatTakesASequenceThrough() {
    Contexts.embedded(home)
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              Ingest ingest = context.getBean(Ingest.class);
              submit(ingest);
              assertThat(ingest.runUntilIdle()).isTrue();
              assertThat(ingest.find(RIDE).orElseThrow().state()).isEqualTo(State.VERIFIED);
            });
  }

  @Test
  void stageBeans_makeAPipelineInTheirOrder() {
    Contexts.embedded(home)
        .withUserConfiguration(Stages.class)
        .withPropertyValues("ingest.work.pipeline=photos")
        .run(
            context -> {
              Ingest ingest = context.getBean(Ingest.class);
              submit(ingest);
              assertThat(ingest.runUntilIdle()).isTrue();
              assertThat(ingest.find(RIDE).orElseThrow().run().pipeline().name()).isEqualTo("copy");
            });
    ApplicationContextRunner staged =
        Contexts.bare()
            .withUserConfiguration(Stages.class)
            .withPropertyValues(
                "ingest.work.pipeline=photos",
                "ingest.ledger.sqlite-file=" + home.resolve("staged.db"),
                "ingest.content.directory=" + home.resolve("staged"));
    staged.run(
        context -> {
          Ingest ingest = context.getBean(Ingest.class);
          submit(ingest);
          assertThat(ingest.runUntilIdle()).isTrue();
          assertThat(ingest.find(RIDE).orElseThrow().run().pipeline().name()).isEqualTo("photos");
          assertThat(new String(result(ingest), StandardCharsets.UTF_8)).isEqualTo("x12");
        });
  }

  @Test
  void applicationsOwnStores_areKept() {
    Contexts.embedded(home)
        .withUserConfiguration(OwnLedger.class)
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(context).hasSingleBean(LedgerStore.class);
              assertThat(context.getBean(LedgerStore.class).name()).contains("own.db");
            });
  }

  @Test
  void switchedOff_thereIsNothing() {
    Contexts.bare()
        .withPropertyValues("ingest.enabled=false")
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(context).doesNotHaveBean(Ingest.class);
              assertThat(context).doesNotHaveBean(LedgerStore.class);
              assertThat(context).doesNotHaveBean("ingestHealthIndicator");
            });
  }

  @Test
  void withoutActuatorAndS3_theEngineIsTheSame() {
    Contexts.embedded(home)
        .withClassLoader(
            new FilteredClassLoader(
                HealthIndicator.class, Endpoint.class, S3Client.class, S3Content.class))
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(context).hasSingleBean(Ingest.class);
              assertThat(context).doesNotHaveBean("ingestHealthIndicator");
            });
  }

  @Test
  void processThatOnlyWatches_needsNoPipeline() {
    Contexts.bare()
        .withPropertyValues(
            "ingest.work.enabled=false",
            "ingest.ledger.sqlite-file=" + home.resolve("ledger.db"),
            "ingest.content.directory=" + home.resolve("content"))
        .run(context -> assertThat(context).hasNotFailed().hasSingleBean(Ingest.class));
  }

  @Test
  void nodeAndListenerAndCustomizer_reachTheEngine() {
    Contexts.embedded(home)
        .withUserConfiguration(Heard.class)
        .withPropertyValues("ingest.node.id=camera-1", "ingest.node.version=42")
        .run(
            context -> {
              Ingest ingest = context.getBean(Ingest.class);
              submit(ingest);
              assertThat(ingest.runUntilIdle()).isTrue();
              assertThat(ingest.nodes().all())
                  .anySatisfy(
                      node -> {
                        assertThat(node.toString()).contains("camera-1").contains("42");
                      });
              Heard heard = context.getBean(Heard.class);
              assertThat(heard.items).hasValue(1);
              assertThat(heard.customized).hasValue(1);
            });
  }

  @Test
  void stores_areClosedAfterTheEngine() {
    List<LedgerStore> ledger = new ArrayList<>();
    List<Ingest> engine = new ArrayList<>();
    Contexts.embedded(home)
        .run(
            context -> {
              ledger.add(context.getBean(LedgerStore.class));
              engine.add(context.getBean(Ingest.class));
            });
    assertThatThrownBy(() -> ledger.get(0).incarnation()).isInstanceOf(LedgerException.class);
    // An engine that ended in order has taken its node off the list.
    try (JdbcLedger reopened =
        JdbcLedger.sqlite(home.resolve("ledger.db"), InstantSource.system())) {
      assertThat(reopened.ledger().census(Optional.empty()).total()).isZero();
    }
    assertThat(engine.get(0).runUntilIdle()).isFalse();
  }

  private static void submit(Ingest ingest) {
    try (Upload upload = ingest.upload(RIDE)) {
      upload.add(ItemName.of("a.txt"), "x".getBytes(StandardCharsets.UTF_8));
      upload.submit();
    }
  }

  private static byte[] result(Ingest ingest) throws IOException {
    try (InputStream body =
        ingest.result(RIDE).orElseThrow().open(ItemName.of("a.txt")).orElseThrow()) {
      return body.readAllBytes();
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class Stages {

    @Bean
    @Order(2)
    Stage second() {
      return appending("second", "2");
    }

    @Bean
    @Order(1)
    Stage first() {
      return appending("first", "1");
    }

    @Bean
    Expectation expectation() {
      return Expectation.onePerItem();
    }

    private static Stage appending(String name, String text) {
      return Stage.perItem(
          name,
          1,
          (item, context) -> {
            try (InputStream body = item.open()) {
              byte[] more = text.getBytes(StandardCharsets.UTF_8);
              context.emit(
                  item.name(), new SequenceInputStream(body, new ByteArrayInputStream(more)));
            }
          });
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class OwnLedger {

    @Bean(destroyMethod = "close")
    LedgerStore own(IngestProperties properties) {
      Path file = Optional.ofNullable(properties.ledger().sqliteFile()).orElseThrow();
      return JdbcLedger.sqlite(file.resolveSibling("own.db"), InstantSource.system());
    }
  }

  static class Heard implements EngineListener, IngestBuilderCustomizer {

    private final AtomicInteger items = new AtomicInteger();
    private final AtomicInteger customized = new AtomicInteger();

    @Override
    public void itemTaken(SequenceKey key, ItemName item, long bytes) {
      items.incrementAndGet();
    }

    @Override
    public void customize(IngestBuilder builder) {
      customized.incrementAndGet();
    }
  }
}
