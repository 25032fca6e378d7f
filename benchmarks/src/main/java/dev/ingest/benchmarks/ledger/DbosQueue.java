package dev.ingest.benchmarks.ledger;

import dev.dbos.transact.DBOS;
import dev.dbos.transact.DBOSClient;
import dev.dbos.transact.config.DBOSConfig;
import dev.dbos.transact.migrations.MigrationManager;
import dev.dbos.transact.workflow.Queue;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/**
 * Workflows of DBOS Transact without steps, which is durable execution in a library: a status that
 * is written before and after. Either they are queued before the time, or within it.
 */
final class DbosQueue implements Candidate {

  private static final int ENQUEUEING = 8;
  private static final int RUNNING = 200;
  private static final Duration POLL = Duration.ofMillis(100);
  private static final String QUEUE = "items";
  private static final String APPLICATION = "comparison";
  private static final String VERSION = "1";

  private final boolean isEnqueuedWithin;

  DbosQueue(boolean isEnqueuedWithin) {
    this.isEnqueuedWithin = isEnqueuedWithin;
  }

  @Override
  public String name() {
    return "DBOS Transact 1.1.0-m6, "
        + (isEnqueuedWithin ? "enqueued by " + ENQUEUEING + " threads → done" : "queued workflows")
        + ", at most "
        + RUNNING
        + " at a time";
  }

  @Override
  public String lacks() {
    return "no proof of what was done, no hashed history (one row of status, rewritten), no fence,"
        + " no due indices of deadlines and expiry";
  }

  @Override
  public void prepare(DataSource source, Place place, int count) throws Exception {
    MigrationManager.runMigrations(config(source, place));
    if (!isEnqueuedWithin) {
      enqueue(source, place, count);
    }
  }

  private static DBOSConfig config(DataSource source, Place place) {
    return DBOSConfig.defaults(APPLICATION)
        .withDataSource(source)
        .withDatabaseSchema(place.schema())
        .withAppVersion(VERSION)
        .withMigrate(true);
  }

  private static void enqueue(DataSource source, Place place, int count) throws Exception {
    AtomicInteger next = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(ENQUEUEING);
    try (DBOSClient client = new DBOSClient(source, place.schema())) {
      DBOSClient.EnqueueOptions options =
          new DBOSClient.EnqueueOptions("run", NoWorkflow.Counting.class.getName(), QUEUE)
              .withAppVersion(VERSION);
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < ENQUEUEING; i++) {
        running.add(
            threads.submit(
                () -> {
                  for (int n = next.getAndIncrement(); n < count; n = next.getAndIncrement()) {
                    client.enqueueWorkflow(options, new Object[] {n});
                  }
                }));
      }
      for (Future<?> one : running) {
        one.get();
      }
    } finally {
      threads.shutdown();
    }
  }

  @Override
  public Measured run(DataSource source, Place place, int count) throws Exception {
    NoWorkflow.Counting work = new NoWorkflow.Counting();
    try (DBOS dbos = new DBOS(config(source, place))) {
      dbos.registerQueue(new Queue(QUEUE).withWorkerConcurrency(RUNNING).withPollingInterval(POLL));
      dbos.registerProxy(NoWorkflow.class, work);
      dbos.launch();
      long enqueued = System.nanoTime();
      if (isEnqueuedWithin) {
        enqueue(source, place, count);
      }
      Server.await("DBOS's workflows", () -> work.seen() >= count);
      Server.await("the last of DBOS's rows", () -> isDone(place, count));
      long start = isEnqueuedWithin ? enqueued : work.start();
      return new Measured(count, System.nanoTime() - start, work.seen() + " executions");
    }
  }

  private static boolean isDone(Place place, int count) {
    try {
      return place.count("workflow_status", "status = 'SUCCESS'") == count;
    } catch (SQLException e) {
      throw new IllegalStateException("the rows could not be counted", e);
    }
  }
}
