package dev.ingest.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ingest.core.Ingest;
import dev.ingest.core.IngestBuilder;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.Upload;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.OwnerQuota;
import dev.ingest.spi.ledger.State;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.InMemoryLedger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;

@ExtendWith(OutputCaptureExtension.class)
final class IngestHealthTest {

  private static final SequenceKey RIDE = SequenceKey.of("alice", "ride-1");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
  private final InMemoryLedger ledger =
      new InMemoryLedger(() -> Instant.now().plus(ahead.get()), IncarnationId.ofBits(1, 2));
  private final InMemoryContent content = new InMemoryContent();

  @Test
  void watchedAndAudited_isUp() {
    started()
        .run(
            context -> {
              Health up = await(context, health -> health.getStatus().equals(Status.UP));
              assertThat(up.getDetails())
                  .containsEntry("reason", "everything is accounted for")
                  .containsEntry("auditFindings", 0L)
                  .containsEntry("blockedSequences", 0L);
            });
  }

  @Test
  void silentWatcher_isDown() {
    started()
        .run(
            context -> {
              await(context, health -> health.getStatus().equals(Status.UP));
              ahead.set(Duration.ofHours(3));
              Health down = health(context);
              assertThat(down.getStatus()).isEqualTo(Status.DOWN);
              assertThat(reason(down)).contains("sentinel");
            });
  }

  @Test
  void contentStoreThatNodesTellToBeOut_isDown() {
    started()
        .run(
            context -> {
              await(context, health -> health.getStatus().equals(Status.UP));
              long now = Instant.now().toEpochMilli();
              String body =
                  "ingest-record 1\nincarnation=%s\nstage=TOLD\nteller=0a0b0c0d\nsince=%d\nseen=0a0b0c0d:%d"
                      .formatted(ledger.incarnation().value(), now, now);
              ControlRecord.Key key = new ControlRecord.Key("outage", "content");
              assertThat(ledger.controls().write(new ControlRecord(key, 1, body)).isApplied())
                  .isTrue();
              Health down = health(context);
              assertThat(down.getStatus()).isEqualTo(Status.DOWN);
              assertThat(reason(down)).startsWith("the content store is out since ");
              assertThat(down.getDetails()).containsKey("contentOutSince");
            });
  }

  @Test
  void unaccountedFor_isDown() {
    started()
        .withPropertyValues("ingest.auto-startup=false")
        .run(
            context -> {
              submit(context.getBean(Ingest.class));
              for (ContentKey key : content.keys()) {
                content.remove(key);
              }
              context.getBean(EngineLifecycle.class).start();
              Health down =
                  await(context, health -> health.getDetails().containsKey("auditFindings"));
              assertThat(down.getStatus()).isEqualTo(Status.DOWN);
              assertThat(reason(down)).startsWith("the last audit has ");
              assertThat(endpoint(context).lastAudit())
                  .satisfies(audit -> assertThat(audit.clean()).isFalse());
            });
  }

  @Test
  void ledgerThatDoesNotAnswer_isUnknownAndSaysWhy(CapturedOutput output) {
    started()
        .run(
            context -> {
              await(context, health -> health.getStatus().equals(Status.UP));
              ledger.close();
              Health unknown = health(context);
              assertThat(unknown.getStatus()).isEqualTo(Status.UNKNOWN);
              assertThat(unknown.getDetails()).containsEntry("reason", "the ledger cannot be read");
              assertThatThrownBy(() -> ledger.ledger().now())
                  .isInstanceOf(LedgerException.class)
                  .satisfies(
                      e -> assertThat(unknown.getDetails()).containsEntry("error", e.getMessage()));
              assertThat(output)
                  .contains("WARN")
                  .contains("The health of the engine is unknown, since the ledger cannot be read");
            });
  }

  @Test
  void recordThatThisVersionCannotRead_isUnknownAndNoErrorOfAllHealth(CapturedOutput output) {
    started()
        .run(
            context -> {
              await(context, health -> health.getStatus().equals(Status.UP));
              writeForeign(new ControlRecord.Key("watcher", "sentinel"));
              Health unknown = health(context);
              assertThat(unknown.getStatus()).isEqualTo(Status.UNKNOWN);
              assertThat(reason(unknown))
                  .isEqualTo("the ledger has a record that this version cannot read");
              assertThat(unknown.getDetails().toString()).doesNotContain("later-release");
              assertThat(output)
                  .contains("WARN")
                  .contains("The health of the engine is unknown, since a record of the ledger");
              IngestEndpoint.Report report = endpoint(context);
              assertThat(report.unread()).containsKey("watchers");
              assertThat(report.unread().toString()).doesNotContain("later-release");
              assertThat(report.watchers()).isNull();
              assertThat(report.unwatched()).isNull();
              assertThat(report.total()).isZero();
              assertThat(report.lastAudit()).isNotNull();
            });
  }

  /** The engine writes there, too. */
  private void writeForeign(ControlRecord.Key key) {
    boolean isWritten = false;
    while (!isWritten) {
      long version = ledger.controls().read(key).map(ControlRecord::version).orElse(0L);
      isWritten =
          ledger
              .controls()
              .write(new ControlRecord(key, version + 1, "watcher/9\nof=a-later-release\n"))
              .isApplied();
    }
  }

  @Test
  void oldAudit_isUnknown() {
    started()
        .withPropertyValues("ingest.health.audit-within=1ms")
        .run(
            context -> {
              Health unknown =
                  await(context, health -> reason(health).startsWith("the last audit ended at "));
              assertThat(unknown.getStatus()).isEqualTo(Status.UNKNOWN);
            });
  }

  @Test
  void noAudit_isUnknown() {
    started()
        .withPropertyValues("ingest.watch.audit.enabled=false")
        .run(
            context -> {
              Health unknown =
                  await(
                      context,
                      health -> health.getDetails().containsValue("no audit has ended yet"));
              assertThat(unknown.getStatus()).isEqualTo(Status.UNKNOWN);
            });
  }

  @Test
  void auditsThatDoNotCount_leaveTheWatch() {
    started()
        .withPropertyValues("ingest.watch.audit.enabled=false", "ingest.health.audit-within=0s")
        .run(context -> await(context, health -> health.getStatus().equals(Status.UP)));
  }

  @Test
  void engineThatNobodyWatches_isUnknown() {
    started()
        .withPropertyValues("ingest.watch.enabled=false", "ingest.health.audit-within=0s")
        .run(
            context -> {
              Health unknown = health(context);
              assertThat(unknown.getStatus()).isEqualTo(Status.UNKNOWN);
              assertThat(unknown.getDetails())
                  .containsEntry("reason", "no sentinel is seen at work: nobody tells of deadlines")
                  .containsEntry("missingWatchers", List.of("sentinel", "pump"));
              assertThat(endpoint(context).unwatched()).containsExactly("sentinel", "pump");
            });
  }

  @Test
  void engineThatIsNotRunning_isOutOfService() {
    started()
        .withPropertyValues("ingest.auto-startup=false")
        .run(context -> assertThat(health(context).getStatus()).isEqualTo(Status.OUT_OF_SERVICE));
  }

  @Test
  void engineThatTheApplicationStartsItself_isInService() {
    started()
        .withPropertyValues("ingest.auto-startup=false")
        .run(
            context -> {
              context.getBean(Ingest.class).start();
              await(context, health -> health.getStatus().equals(Status.UP));
            });
  }

  @Test
  void engineOfTheApplicationsOwn_isStartedAndHasHealth() {
    Contexts.bare()
        .withBean(Ingest.class, this::engine)
        .run(
            context -> {
              await(context, health -> health.getStatus().equals(Status.UP));
              assertThat(context).doesNotHaveBean(IngestEndpoint.class);
            });
  }

  @Test
  void severalEngines_areTheApplicationsToStartAndToShow() {
    Contexts.bare()
        .withBean("one", Ingest.class, this::engine)
        .withBean("two", Ingest.class, this::engine)
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(context.getBean("one", Ingest.class).isRunning()).isFalse();
              assertThat(context).doesNotHaveBean(IngestHealthIndicator.class);
            });
  }

  private Ingest engine() {
    return Ingest.builder()
        .ledger(ledger)
        .content(content.access())
        .pipeline(new Contexts.Copying().copying())
        .limits(
            new IntakeLimits(1_000, 1L << 30, 1L << 30, OwnerQuota.UNLIMITED, Duration.ofDays(1)))
        .allowVolatileStores()
        .build();
  }

  @Test
  void endpoint_saysWhatIsOverdueThoughNobodyWatches() {
    started()
        .withPropertyValues("ingest.auto-startup=false")
        .run(
            context -> {
              submit(context.getBean(Ingest.class));
              ahead.set(Duration.ofHours(2));
              IngestEndpoint.Report report = endpoint(context);
              IngestEndpoint.Open open = Objects.requireNonNull(report.oldestOpen());
              assertThat(report.asOf()).isAfter(open.deadline());
              assertThat(open.overdue()).isTrue();
            });
  }

  @Test
  void endpoint_showsStatesAndTheOldestOpen() {
    started()
        .withPropertyValues("ingest.auto-startup=false")
        .run(
            context -> {
              Ingest ingest = context.getBean(Ingest.class);
              submit(ingest);
              ingest.upload(SequenceKey.of("bob", "ride-2")).close();
              IngestEndpoint.Report report = endpoint(context);
              assertThat(report.states()).containsEntry(State.ACCEPTED, 1L).hasSize(10);
              assertThat(report.total()).isEqualTo(1);
              assertThat(report.openUploads()).isEqualTo(1);
              assertThat(report.asOf()).isBeforeOrEqualTo(ledger.ledger().now());
              assertThat(report.lastAudit()).isNull();
              assertThat(report.oldestOpen())
                  .satisfies(
                      oldest -> {
                        assertThat(oldest.sequence()).isEqualTo("alice/ride-1");
                        assertThat(oldest.acceptedAt()).isBeforeOrEqualTo(report.asOf());
                        assertThat(oldest.deadline())
                            .isEqualTo(oldest.acceptedAt().plus(Duration.ofHours(1)));
                        assertThat(oldest.overdue()).isFalse();
                      });
              context.getBean(EngineLifecycle.class).start();
              ingest.runUntilIdle();
              await(context, health -> health.getStatus().equals(Status.UP));
              IngestEndpoint.Report after = endpoint(context);
              assertThat(after.states()).containsEntry(State.VERIFIED, 1L);
              assertThat(after.oldestOpen()).isNull();
              assertThat(after.unread()).isEmpty();
              assertThat(after.watchers())
                  .anySatisfy(
                      watcher -> {
                        assertThat(watcher.name()).isEqualTo("sentinel");
                        assertThat(watcher.silent()).isFalse();
                        assertThat(watcher.node()).isNotNull();
                      });
              assertThat(after.lastAudit()).isNotNull();
            });
  }

  private ApplicationContextRunner started() {
    return Contexts.bare()
        .withUserConfiguration(Contexts.Copying.class)
        .withBean(LedgerStore.class, () -> ledger)
        .withBean(ContentAccess.class, content::access)
        .withBean(IngestBuilderCustomizer.class, () -> IngestBuilder::allowVolatileStores)
        .withPropertyValues("ingest.shutdown.drain=0s", "ingest.intake.max-item-size=1GB");
  }

  private static Health await(ApplicationContext context, Predicate<Health> wanted)
      throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    CountDownLatch never = new CountDownLatch(1);
    Health health = health(context);
    while (!wanted.test(health)) {
      assertThat(System.nanoTime()).as(() -> "still " + health(context)).isLessThan(end);
      assertThat(never.await(20, TimeUnit.MILLISECONDS)).isFalse();
      health = health(context);
    }
    return health;
  }

  private static String reason(Health health) {
    return String.valueOf(health.getDetails().get("reason"));
  }

  private static Health health(ApplicationContext context) {
    return context.getBean(IngestHealthIndicator.class).health();
  }

  private static IngestEndpoint.Report endpoint(ApplicationContext context) {
    return context.getBean(IngestEndpoint.class).report();
  }

  private static void submit(Ingest ingest) {
    try (Upload upload = ingest.upload(RIDE)) {
      upload.add(ItemName.of("a.txt"), "x".getBytes(StandardCharsets.UTF_8));
      upload.submit();
    }
  }
}
