package dev.ingest.benchmarks.ledger;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerBuilder;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;

/** One-time tasks of db-scheduler, by one of its two ways to poll. */
final class DbSchedulerQueue implements Candidate {

  private static final int THREADS = 20;
  private static final double LOWER = 4.0;
  private static final double UPPER = 20.0;

  private final boolean lockAndFetch;

  DbSchedulerQueue(boolean lockAndFetch) {
    this.lockAndFetch = lockAndFetch;
  }

  @Override
  public String name() {
    return "db-scheduler 16.12.0, "
        + (lockAndFetch ? "lock-and-fetch" : "fetch")
        + ", "
        + THREADS
        + " threads, limits "
        + LOWER
        + "/"
        + UPPER;
  }

  @Override
  public String lacks() {
    return "no history (a success deletes the row), no proof, no fence, judged by the JVM's clock,"
        + " queued picks without heartbeat";
  }

  @Override
  public void prepare(DataSource source, Place place, int count) throws SQLException {
    place
        .server()
        .run(
            "CREATE TABLE "
                + place.schema()
                + ".scheduled_tasks (task_name text NOT NULL, task_instance text NOT NULL,"
                + " task_data bytea, execution_time timestamptz NOT NULL, picked boolean NOT NULL,"
                + " picked_by text, last_success timestamptz, last_failure timestamptz,"
                + " consecutive_failures int, last_heartbeat timestamptz, version bigint NOT NULL,"
                + " priority smallint, PRIMARY KEY (task_name, task_instance))",
            "CREATE INDEX ON " + place.schema() + ".scheduled_tasks (execution_time)",
            "CREATE INDEX ON " + place.schema() + ".scheduled_tasks (last_heartbeat)",
            "CREATE INDEX ON "
                + place.schema()
                + ".scheduled_tasks (priority DESC, execution_time ASC)",
            "INSERT INTO "
                + place.schema()
                + ".scheduled_tasks (task_name, task_instance, execution_time, picked, version)"
                + " SELECT 'convert', 'ride-' || g, now() - interval '1 minute', false, 1"
                + " FROM generate_series(1, "
                + count
                + ") AS g");
  }

  @Override
  public Measured run(DataSource source, Place place, int count) {
    AtomicInteger seen = new AtomicInteger();
    AtomicLong start = new AtomicLong();
    OneTimeTask<Void> task =
        Tasks.oneTime("convert")
            .execute(
                (instance, context) -> {
                  if (seen.getAndIncrement() == 0) {
                    start.set(System.nanoTime());
                  }
                });
    SchedulerBuilder builder =
        Scheduler.create(source, task).threads(THREADS).pollingInterval(Duration.ofMillis(100));
    Scheduler scheduler =
        (lockAndFetch
                ? builder.pollUsingLockAndFetch(LOWER, UPPER)
                : builder.pollUsingFetch(LOWER, UPPER))
            .build();
    scheduler.start();
    try {
      Server.await("db-scheduler's tasks", () -> seen.get() >= count);
      Server.await("the last of db-scheduler's rows", () -> isEmpty(place));
      return new Measured(count, System.nanoTime() - start.get(), seen.get() + " executions");
    } finally {
      scheduler.stop();
    }
  }

  private static boolean isEmpty(Place place) {
    try {
      return place.count("scheduled_tasks", "true") == 0;
    } catch (SQLException e) {
      throw new IllegalStateException("the rows could not be counted", e);
    }
  }
}
