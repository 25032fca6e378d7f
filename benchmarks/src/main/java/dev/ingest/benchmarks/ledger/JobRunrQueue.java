package dev.ingest.benchmarks.ledger;

import static org.jobrunr.server.BackgroundJobServerConfiguration.usingStandardBackgroundJobServerConfiguration;

import java.sql.SQLException;
import java.time.Duration;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.jobrunr.jobs.mappers.JobMapper;
import org.jobrunr.scheduling.JobRequestScheduler;
import org.jobrunr.server.BackgroundJobServer;
import org.jobrunr.server.JobActivator;
import org.jobrunr.storage.StorageProvider;
import org.jobrunr.storage.sql.postgres.PostgresStorageProvider;
import org.jobrunr.utils.mapper.jackson.JacksonJsonMapper;

/** Background jobs of JobRunr with its own count of workers. */
final class JobRunrQueue implements Candidate {

  private static final Duration POLL = Duration.ofSeconds(5);

  @Override
  public String name() {
    return "JobRunr 8.7.0, its own count of workers (8 per core; 16 with virtual threads)";
  }

  @Override
  public String lacks() {
    return "no fence, no hashed history (states in the job's JSON), a failed save of a success is"
        + " only logged";
  }

  private static StorageProvider storage(DataSource source) {
    StorageProvider storage = new PostgresStorageProvider(source);
    storage.setJobMapper(new JobMapper(new JacksonJsonMapper()));
    return storage;
  }

  @Override
  public void prepare(DataSource source, Place place, int count) {
    StorageProvider storage = storage(source);
    new JobRequestScheduler(storage).enqueue(IntStream.range(0, count).mapToObj(NoWork::new));
    storage.close();
  }

  @Override
  public Measured run(DataSource source, Place place, int count) {
    NoWork.Handler handler = new NoWork.Handler();
    StorageProvider storage = storage(source);
    BackgroundJobServer server =
        new BackgroundJobServer(
            storage,
            new JacksonJsonMapper(),
            new OneHandler(handler),
            usingStandardBackgroundJobServerConfiguration().andPollInterval(POLL));
    server.start();
    try {
      Server.await("JobRunr's jobs", () -> handler.seen() >= count);
      Server.await("the last of JobRunr's successes", () -> isDone(place));
      return new Measured(
          count, System.nanoTime() - handler.start(), handler.seen() + " executions");
    } finally {
      server.stop();
      storage.close();
    }
  }

  private record OneHandler(NoWork.Handler handler) implements JobActivator {

    @Override
    public <T> T activateJob(Class<T> type) {
      return type.cast(handler);
    }
  }

  private static boolean isDone(Place place) {
    try {
      return place.count("jobrunr_jobs", "state <> 'SUCCEEDED'") == 0;
    } catch (SQLException e) {
      throw new IllegalStateException("the jobs could not be counted", e);
    }
  }
}
