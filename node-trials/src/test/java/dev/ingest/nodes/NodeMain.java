package dev.ingest.nodes;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.ingest.core.EngineListener;
import dev.ingest.core.Expectation;
import dev.ingest.core.IntakeLimits;
import dev.ingest.core.PermanentStageException;
import dev.ingest.core.Pipeline;
import dev.ingest.core.Stage;
import dev.ingest.core.StageContext;
import dev.ingest.core.StageItem;
import dev.ingest.core.TimePolicy;
import dev.ingest.core.WorkPolicy;
import dev.ingest.core.engine.Engine;
import dev.ingest.core.engine.EngineThreads;
import dev.ingest.core.engine.Node;
import dev.ingest.core.engine.Seams;
import dev.ingest.core.engine.Supervisor;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.store.file.FileContent;
import dev.ingest.store.jdbc.JdbcLedger;
import dev.ingest.store.jdbc.JdbcLedgerOptions;
import dev.ingest.testkit.fault.CallSite;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingLedger;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * The program of one node: PostgreSQL through a pool, files in a directory that it shares, two
 * stages that copy. It works until its input ends or it is told to stop by a signal.
 *
 * <p>Put together from the engine's parts as {@link dev.ingest.core.IngestBuilder} does it, because
 * the builder lets nobody choose the clock.
 */
public final class NodeMain {

  private NodeMain() {}

  /** What a node does differently. */
  enum Conduct {
    /** Nothing. */
    WORK,
    /** Its first commit does not leave before it is told to release it, while it goes on. */
    HOLD_FIRST_COMMIT,
    /** Its stages end only when they are told to. */
    NEVER_FINISH
  }

  /** How one node is started. */
  record Settings(
      String id,
      String url,
      Path content,
      Duration lease,
      Duration offset,
      int parallelism,
      Conduct conduct) {

    List<String> toArgs() {
      return List.of(
          id,
          url,
          content.toString(),
          lease.toString(),
          offset.toString(),
          Integer.toString(parallelism),
          conduct.name());
    }

    static Settings parse(String[] args) {
      return new Settings(
          args[0],
          args[1],
          Path.of(args[2]),
          Duration.parse(args[3]),
          Duration.parse(args[4]),
          Integer.parseInt(args[5]),
          Conduct.valueOf(args[6]));
    }
  }

  /** The pipeline of all nodes. */
  static Pipeline pipeline(Stage.ItemWork first) {
    return Pipeline.named("copies")
        .stage(Stage.perItem("first", 1, first))
        .stage(Stage.perItem("second", 1, NodeMain::copy))
        .expect(Expectation.onePerItem())
        .build();
  }

  static void refuse(StageItem item, StageContext context) {
    throw new PermanentStageException("this release refuses " + item.name());
  }

  static void copy(StageItem item, StageContext context) throws IOException {
    context.emit(item.name(), item.open());
  }

  /**
   * Runs a node.
   *
   * @param args as {@link Settings#toArgs}
   * @throws IOException if the input cannot be read
   */
  public static void main(String[] args) throws IOException {
    Settings settings = Settings.parse(args);
    InstantSource system = InstantSource.system();
    InstantSource clock = () -> system.instant().plus(settings.offset());
    CountDownLatch release = new CountDownLatch(1);
    HikariDataSource pool = pool(settings.url());
    LedgerStore ledger = JdbcLedger.postgres(pool, JdbcLedgerOptions.DEFAULT);
    FileContent content = new FileContent(settings.content(), clock);
    EngineThreads threads =
        threads(settings, clock, conducted(settings.conduct(), ledger, release), content.access());
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  threads.close();
                  content.close();
                  ledger.close();
                  pool.close();
                  say("stopped");
                }));
    threads.start();
    say("ready");
    listen(release);
    System.exit(0);
  }

  private static void listen(CountDownLatch release) throws IOException {
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.equals("release")) {
          release.countDown();
        }
      }
    }
  }

  private static HikariDataSource pool(String url) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setMaximumPoolSize(8);
    config.setMinimumIdle(1);
    return new HikariDataSource(config);
  }

  private static LedgerStore conducted(
      Conduct conduct, LedgerStore ledger, CountDownLatch release) {
    return conduct == Conduct.HOLD_FIRST_COMMIT
        ? new FaultingLedger(
            ledger,
            call ->
                isFirstCommit(call)
                    ? new Fault.Delay(() -> hold(release), () -> say("told"))
                    : Fault.NONE)
        : ledger;
  }

  private static boolean isFirstCommit(CallSite call) {
    return call.role() == CallSite.Role.LEDGER
        && call.method().equals("commit")
        && call.count() == 1;
  }

  private static void hold(CountDownLatch release) {
    say("held");
    try {
      release.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void neverFinish(StageItem item, StageContext context)
      throws InterruptedException {
    say("at work on " + context.sequence() + " item " + item.name());
    new CountDownLatch(1).await();
  }

  private static EngineThreads threads(
      Settings settings, InstantSource clock, LedgerStore ledger, ContentAccess content) {
    boolean finishes = settings.conduct() != Conduct.NEVER_FINISH;
    SecureRandom random = new SecureRandom();
    EngineThreads.Pools pools = EngineThreads.Pools.of(settings.parallelism() * 2);
    EngineThreads.Stop stop = new EngineThreads.Stop();
    Seams seams =
        new Seams(
            clock,
            random::nextLong,
            pools.tasks(),
            stop,
            pools.beside(),
            pools.commits(),
            System::nanoTime);
    // A lost lease costs an attempt. Here nodes die all the time, which is not the work's fault.
    WorkPolicy work =
        new WorkPolicy(
            settings.lease(),
            1_000,
            Duration.ofMillis(50),
            Duration.ofSeconds(1),
            settings.parallelism());
    Node node =
        new Node(
            new Node.Identity(new NodeId(settings.id()), "test"),
            ledger,
            content.store(),
            List.of(pipeline(finishes ? NodeMain::copy : NodeMain::neverFinish)),
            new Node.Policies(TimePolicy.DEFAULT, IntakeLimits.DEFAULT, work),
            seams);
    EngineThreads.Pacing pacing =
        new EngineThreads.Pacing(
            Duration.ofMillis(250),
            settings.lease().dividedBy(4),
            Duration.ofMinutes(1),
            finishes ? Duration.ofSeconds(10) : Duration.ZERO);
    Engine engine =
        new Engine(
            node, content.purger(), Duration.ofHours(1), new Supervisor(EngineListener.NONE));
    return new EngineThreads(engine, pools, pacing, stop, List.of(engine.backfiller()));
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
