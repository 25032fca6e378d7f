package dev.ingest.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ingest.core.Ingest;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.SmartLifecycle;

/** A JVM ends with its last thread that is no daemon: which of those an engine has, and when. */
final class HeldProcessTest {

  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);

  @TempDir private Path home;

  private final Set<Thread> before = others();

  @Test
  void engineOfAProcessWithoutAServer_keepsItAliveUntilTheContextCloses() throws Exception {
    Contexts.embedded(home)
        .withPropertyValues("spring.main.web-application-type=none")
        .run(context -> assertThat(since()).hasSize(1));
    awaitNone();
  }

  @Test
  void engineThatAJobStartsItself_doesNotKeepItAlive() {
    Contexts.embedded(home)
        .withPropertyValues("ingest.auto-startup=false")
        .run(
            context -> {
              assertThat(context.getBean(Ingest.class).runUntilIdle()).isTrue();
              assertThat(since()).isEmpty();
            });
  }

  @Test
  void engineThatTheApplicationClosed_keepsNothingAlive() {
    Contexts.embedded(home)
        .run(
            context -> {
              assertThat(since()).hasSize(1);
              context.getBean(Ingest.class).close();
              awaitNone();
            });
  }

  @Test
  void startThatFailsLater_keepsNothingAlive() throws Exception {
    Contexts.embedded(home)
        .withBean("late", SmartLifecycle.class, Failing::new)
        .run(context -> assertThat(context).hasFailed());
    awaitNone();
  }

  private static Set<Thread> others() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.isAlive() && !thread.isDaemon())
        .collect(Collectors.toSet());
  }

  private Set<Thread> since() {
    Set<Thread> now = new HashSet<>(others());
    now.removeAll(before);
    return now;
  }

  private void awaitNone() throws InterruptedException {
    long end = System.nanoTime() + PATIENCE;
    CountDownLatch never = new CountDownLatch(1);
    while (!since().isEmpty()) {
      assertThat(System.nanoTime()).as(() -> "still " + since()).isLessThan(end);
      assertThat(never.await(20, TimeUnit.MILLISECONDS)).isFalse();
    }
  }

  /** As a web server whose port is taken. */
  private static final class Failing implements SmartLifecycle {

    @Override
    public void start() {
      throw new IllegalStateException("the port is taken");
    }

    @Override
    public void stop() {}

    @Override
    public boolean isRunning() {
      return false;
    }
  }
}
