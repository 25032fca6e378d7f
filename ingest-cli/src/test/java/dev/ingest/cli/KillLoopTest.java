package dev.ingest.cli;

import dev.ingest.cli.photo.SamplePhotos;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills real processes during real work, and asks afterwards for everything that they promised.
 *
 * <p>In each round one process submits 100 sequences and another runs them. After a random number
 * of lines that the two have printed, and a few random milliseconds more, both get {@code SIGKILL}.
 * In some rounds the first restart is killed as well. Then {@code run --until-idle} has to bring
 * every sequence home, and the oracle, which was outside all the time, compares what was printed
 * with what is stored.
 *
 * <p>{@code -Dingest.kill.rounds=200} runs more rounds on each pair of stores, and {@code
 * -Dingest.kill.kills=1000} as many as it takes to kill so many processes; one that had ended when
 * it was to be killed does not count. {@code -Dingest.kill.stores=postgres,postgres-s3} names the
 * pairs, {@code -Dingest.kill.sequences=200} has larger rounds, and {@code
 * -Dingest.kill.restarts=6} kills up to six restarts in a row. {@code -Dingest.kill.seed=N} repeats
 * the random choices of a run that printed {@code seed N}; those of its round <i>n</i> alone are
 * the ones of round 1 of seed <i>N + n − 1</i>.
 */
@Tag("programme")
class KillLoopTest {

  private static final int SEQUENCES = Integer.getInteger("ingest.kill.sequences", 100);
  private static final int ROUNDS = Integer.getInteger("ingest.kill.rounds", 1);
  private static final int KILLS = Integer.getInteger("ingest.kill.kills", 0);
  private static final String STORES =
      System.getProperty("ingest.kill.stores", "sqlite,postgres-s3,postgres");
  private static final long SEED =
      Long.getLong("ingest.kill.seed", new SecureRandom().nextInt(1 << 30));

  /** Much of a round is waiting, for processes to start and for leases to run out. */
  private static final int ABREAST = 2;

  @TempDir private Path temp;

  /** All rounds of each pair; what follows is guarded by this test's lock. */
  private final List<Rounds> pairs = Arrays.stream(STORES.split(",")).map(Rounds::new).toList();

  private final List<AssertionError> broken = new ArrayList<>();
  private int turn;

  /** The rounds on one pair of stores. */
  private static final class Rounds {

    private final String stores;
    private int begun;
    private int done;
    private int killed;

    Rounds(String stores) {
      this.stores = stores;
    }

    Backend.Kind kind() {
      return switch (stores) {
        case "sqlite" -> Backend.Kind.SQLITE_AND_FILES;
        case "postgres-s3" -> Backend.Kind.POSTGRES_AND_S3;
        case "postgres" -> Backend.Kind.POSTGRES_FOR_BOTH;
        default ->
            throw new IllegalArgumentException(
                "ingest.kill.stores are sqlite, postgres-s3 and postgres, not " + stores);
      };
    }

    /** A round that fails has killed nobody, so that their number is bounded as well. */
    boolean areEnough() {
      return KILLS > 0 ? killed >= KILLS || begun >= KILLS : begun >= ROUNDS;
    }

    @Override
    public String toString() {
      return "%d processes killed in %d rounds on %s".formatted(killed, done, stores);
    }
  }

  /** One round on one pair. */
  private record Next(Rounds pair, int number) {

    /** The pairs make choices of their own, though all have a round 1. */
    long seed() {
      return SEED + number + ((long) pair.stores.hashCode() << 31);
    }

    @Override
    public String toString() {
      return pair.stores + " round " + number;
    }
  }

  @Test
  void killedAnywhere_losesNothingAndPublishesNothingTwice() throws Exception {
    List<Path> inputs = inputs(temp.resolve("in"));
    String length = KILLS > 0 ? KILLS + " processes killed in rounds" : ROUNDS + " rounds";
    System.out.println(
        "kill loop: seed %d, %s of %d sequences on %s".formatted(SEED, length, SEQUENCES, STORES));
    Callable<@Nullable Void> rounds = () -> rounds(inputs);
    ExecutorService sideBySide = Executors.newFixedThreadPool(ABREAST);
    try {
      for (Future<?> each : sideBySide.invokeAll(Collections.nCopies(ABREAST, rounds))) {
        each.get();
      }
    } finally {
      sideBySide.shutdownNow();
    }
    System.out.println(
        "kill loop: seed %d, %d rounds broken, %s"
            .formatted(
                SEED,
                broken.size(),
                pairs.stream().map(Rounds::toString).collect(Collectors.joining(", "))));
    if (!broken.isEmpty()) {
      AssertionError first = broken.get(0);
      broken.stream().skip(1).forEach(first::addSuppressed);
      throw first;
    }
  }

  private @Nullable Void rounds(List<Path> inputs) throws Exception {
    for (Optional<Next> next = next(); next.isPresent(); next = next()) {
      round(next.get(), inputs);
    }
    return null;
  }

  /** The pairs take turns. */
  private synchronized Optional<Next> next() {
    for (int i = 0; i < pairs.size(); i++) {
      Rounds pair = pairs.get(turn++ % pairs.size());
      if (!pair.areEnough()) {
        return Optional.of(new Next(pair, ++pair.begun));
      }
    }
    return Optional.empty();
  }

  private void round(Next next, List<Path> inputs) throws Exception {
    Path directory = Files.createDirectory(temp.resolve(next.toString().replace(' ', '-')));
    try (Backend backend = Backend.make(next.pair().kind(), directory)) {
      Random random = new Random(next.seed());
      KillRound round = new KillRound(backend, directory, inputs, random);
      judged(next, round.play());
      System.out.println("kill loop: %s, %s".formatted(next, round));
    } catch (Exception | AssertionError e) {
      broken(new AssertionError("seed %d, %s: %s".formatted(SEED, next, e.getMessage()), e));
    }
    delete(directory);
  }

  private synchronized void judged(Next next, int killed) {
    next.pair().done++;
    next.pair().killed += killed;
  }

  /** The other rounds go on. */
  private synchronized void broken(AssertionError error) {
    System.out.println("kill loop: BROKEN " + error.getMessage());
    broken.add(error);
  }

  /** Small sequences of two items; in some of them one is a photograph. */
  private static List<Path> inputs(Path directory) throws IOException {
    Path photos = Files.createDirectories(directory.resolve("photos"));
    byte[] photo = Files.readAllBytes(SamplePhotos.writeTo(photos).get(0));
    List<Path> inputs = new ArrayList<>();
    for (int i = 0; i < SEQUENCES; i++) {
      Path input = Files.createDirectory(directory.resolve("seq-%03d".formatted(i)));
      Files.writeString(input.resolve("a.txt"), "sequence " + i);
      if (i % 40 == 0) {
        Files.write(input.resolve("b.jpg"), photo);
      } else {
        Files.writeString(input.resolve("b.txt"), "more of sequence " + i);
      }
      inputs.add(input);
    }
    return inputs;
  }

  static void delete(Path home) throws IOException {
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
