package dev.ingest.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ingest.core.Expectation;
import dev.ingest.core.Ingest;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.core.Upload;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.State;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

final class EngineLifecycleTest {

  private static final SequenceKey RIDE = SequenceKey.of("alice", "ride-1");

  @TempDir private Path home;

  @Test
  void engine_startsBeforeTheWebServerAndEndsAfterIt() {
    assertThat(EngineLifecycle.PHASE)
        .isLessThan(WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE)
        .isLessThan(WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE);
  }

  @Test
  void whoeverTakesMessages_stopsBeforeTheEngineAndWhatStagesUseStopsAfterIt() {
    List<String> order = new CopyOnWriteArrayList<>();
    Contexts.embedded(home)
        .withBean("order", List.class, () -> order)
        .withUserConfiguration(Neighbours.class)
        .run(context -> order.add("closing"));
    assertThat(order)
        .containsExactly("closing", "the endpoint uploaded: true", "the client's engine: false");
  }

  @Test
  void shutdown_takesUploadsUntilTheServerHasEndedAndFinishesWhatIsUnderWay() {
    List<String> order = new CopyOnWriteArrayList<>();
    SlowStage stage = new SlowStage();
    Contexts.bare()
        .withBean("order", List.class, () -> order)
        .withBean(SlowStage.class, () -> stage)
        .withUserConfiguration(Server.class)
        .withPropertyValues(
            "ingest.ledger.sqlite-file=" + home.resolve("ledger.db"),
            "ingest.content.directory=" + home.resolve("content"),
            "ingest.shutdown.drain=30s")
        .run(
            context -> {
              submit(context.getBean(Ingest.class));
              assertThat(stage.begun.await(10, TimeUnit.SECONDS)).isTrue();
            });
    assertThat(order).containsExactly("server started", "server stopped and uploaded");
    Contexts.embedded(home)
        .withPropertyValues("ingest.auto-startup=false")
        .run(
            context -> {
              Ingest ingest = context.getBean(Ingest.class);
              // Finished by the drain, not handed back: nothing of it is left to a stage.
              assertThat(ingest.find(RIDE).orElseThrow().run().output()).isPresent();
              assertThat(ingest.find(SequenceKey.of("alice", "last"))).isPresent();
            });
  }

  @Test
  void engineThatIsNotToStart_takesUploadsAndDoesNothing() {
    Contexts.embedded(home)
        .withPropertyValues("ingest.auto-startup=false")
        .run(
            context -> {
              Ingest ingest = context.getBean(Ingest.class);
              submit(ingest);
              assertThat(context.getBean(EngineLifecycle.class).isRunning()).isFalse();
              assertThat(ingest.nodes().all()).isEmpty();
              assertThat(ingest.find(RIDE).orElseThrow().state()).isEqualTo(State.ACCEPTED);
            });
  }

  @Test
  void engineThatTheApplicationStartsItself_runsAndIsStoppedInItsPhase() {
    List<String> order = new CopyOnWriteArrayList<>();
    Contexts.embedded(home)
        .withBean("order", List.class, () -> order)
        .withUserConfiguration(Below.class)
        .withPropertyValues("ingest.auto-startup=false")
        .run(
            context -> {
              EngineLifecycle lifecycle = context.getBean(EngineLifecycle.class);
              assertThat(lifecycle.isRunning()).isFalse();
              context.getBean(Ingest.class).start();
              assertThat(lifecycle.isRunning()).isTrue();
            });
    assertThat(order).containsExactly("the engine runs: false");
  }

  @Test
  void engineThatTheApplicationClosed_isNotStartedAgain() {
    Contexts.embedded(home)
        .run(
            context -> {
              EngineLifecycle lifecycle = context.getBean(EngineLifecycle.class);
              context.getBean(Ingest.class).close();
              assertThat(lifecycle.isRunning()).isFalse();
              assertThatThrownBy(lifecycle::start)
                  .isInstanceOf(IllegalStateException.class)
                  .hasMessageContaining("refresh the application context");
            });
  }

  @Test
  void startAfterTheEnd_isRefused() {
    Contexts.embedded(home)
        .run(
            context -> {
              EngineLifecycle lifecycle = context.getBean(EngineLifecycle.class);
              assertThat(lifecycle.isRunning()).isTrue();
              assertThat(lifecycle.isPauseable()).isFalse();
              lifecycle.stop();
              lifecycle.stop();
              assertThat(lifecycle.isRunning()).isFalse();
              assertThatThrownBy(lifecycle::start)
                  .isInstanceOf(IllegalStateException.class)
                  .hasMessageContaining("refresh the application context");
            });
  }

  private static void submit(Ingest ingest) {
    submit(ingest, RIDE);
  }

  private static void submit(Ingest ingest, SequenceKey key) {
    try (Upload upload = ingest.upload(key)) {
      upload.add(ItemName.of("a.txt"), "x".getBytes(StandardCharsets.UTF_8));
      upload.submit();
    }
  }

  /** Begins, and ends only when the server has stopped. */
  static final class SlowStage {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
  }

  /** Stops after what is in the engine's phase, and before any bean is destroyed. */
  @Configuration(proxyBeanMethods = false)
  static class Below {

    @Bean
    SmartLifecycle below(Ingest ingest, List<String> order) {
      return new Recorded(
          EngineLifecycle.PHASE - 1,
          () -> {},
          () -> order.add("the engine runs: " + ingest.isRunning()));
    }
  }

  /**
   * In the phases of Spring Integration's endpoints, and of the connections of Spring Data Redis.
   */
  @Configuration(proxyBeanMethods = false)
  static class Neighbours {

    @Bean
    SmartLifecycle endpoint(Ingest ingest, List<String> order) {
      return new Recorded(
          Integer.MAX_VALUE / 2,
          () -> {},
          () -> {
            boolean isRunning = ingest.isRunning();
            if (isRunning) {
              submit(ingest);
            }
            order.add("the endpoint uploaded: " + isRunning);
          });
    }

    @Bean
    SmartLifecycle client(Ingest ingest, List<String> order) {
      return new Recorded(
          0, () -> {}, () -> order.add("the client's engine: " + ingest.isRunning()));
    }
  }

  /** A lifecycle that does something when it starts and when it stops. */
  private static final class Recorded implements SmartLifecycle {

    private final int phase;
    private final Runnable atStart;
    private final Runnable atStop;
    private volatile boolean running;

    private Recorded(int phase, Runnable atStart, Runnable atStop) {
      this.phase = phase;
      this.atStart = atStart;
      this.atStop = atStop;
    }

    @Override
    public void start() {
      running = true;
      atStart.run();
    }

    @Override
    public void stop() {
      running = false;
      atStop.run();
    }

    @Override
    public boolean isRunning() {
      return running;
    }

    @Override
    public int getPhase() {
      return phase;
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class Server {

    @Bean
    Pipeline slow(SlowStage stage) {
      return Pipeline.named("copy")
          .stage(
              Stage.perItem(
                  "copy",
                  1,
                  (item, context) -> {
                    stage.begun.countDown();
                    if (!stage.goOn.await(30, TimeUnit.SECONDS)) {
                      throw new IllegalStateException("the server has not stopped");
                    }
                    context.emit(item.name(), item.open());
                  }))
          .expect(Expectation.onePerItem())
          .build();
    }

    /** In the phase of a web server; takes a last upload in its graceful shutdown. */
    @Bean
    SmartLifecycle server(Ingest ingest, SlowStage stage, List<String> order) {
      return new Recorded(
          WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE,
          () -> order.add("server started"),
          () -> {
            submit(ingest, SequenceKey.of("alice", "last"));
            order.add("server stopped and uploaded");
            stage.goOn.countDown();
          });
    }
  }
}
