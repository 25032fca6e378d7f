package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.cli.Hook.Message;
import dev.ingest.cli.Place.Stores;
import dev.ingest.core.Ingest;
import dev.ingest.spi.NodeId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes that watch, in real time, while others, or they themselves, are killed. */
@Tag("programme")
class WatchingProcessesTest {

  private static final int SEQUENCES = 300;
  private static final Duration PROMISED = Duration.ofMinutes(1);
  private static final Duration LONG = Duration.ofMinutes(2);
  private static final Map<String, String> SECRET =
      Map.of("INGEST_WEBHOOK_SECRET", TestNode.SECRET);

  @TempDir private Path temp;

  /** Most of each is waiting, so they run side by side. */
  @Test
  void whoeverIsKilled_whatIsOverdueIsTold() throws Exception {
    List<Callable<String>> all =
        List.of(this::everyWorkerIsKilled, this::theWatcherIsKilled, this::theSinkIsDown);
    ExecutorService sideBySide = Executors.newFixedThreadPool(all.size());
    try {
      for (Future<String> one : sideBySide.invokeAll(all)) {
        System.out.println("watching processes: " + one.get());
      }
    } finally {
      sideBySide.shutdownNow();
    }
  }

  private String everyWorkerIsKilled() throws Exception {
    Place place = home("workers");
    submit(place, SEQUENCES);
    CountDownLatch published = new CountDownLatch(SEQUENCES);
    CountDownLatch stalled = new CountDownLatch(1);
    List<String> stall = List.of("stall", homeOf(place));
    try (Hook hook = new Hook();
        Child watcher = watcher(place, hook);
        Child one = node(place, "one", line -> count(line, published, stalled), stall);
        Child other = node(place, "other", line -> count(line, published, stalled), stall)) {
      hook.await(LONG, got -> !got.isEmpty(), "a first digest");
      assertTrue(published.await(120, TimeUnit.SECONDS), one::describe);
      Instant deadline = submitLate(place, TestNode.STUCK.value());
      assertTrue(stalled.await(60, TimeUnit.SECONDS), one::describe);
      one.kill();
      other.kill();
      Duration took = awaitOverdue(hook, deadline, TestNode.STUCK.value());
      assertTrue(took.compareTo(PROMISED) <= 0, () -> took + ": " + watcher.describe());
      Message digest = overdue(hook).get(0);
      assertEquals(1, digest.lines("SEQUENCE_OVERDUE", "").size());
      assertEquals(1, digest.lines("SEQUENCE_OVERDUE", "").get(0).number("count"));
      return "every worker killed, told %s after the deadline".formatted(took);
    }
  }

  private static void count(String line, CountDownLatch published, CountDownLatch stalled) {
    if (line.startsWith("published ")) {
      published.countDown();
    } else if (line.startsWith("stalled ")) {
      stalled.countDown();
    }
  }

  private String theWatcherIsKilled() throws Exception {
    Place place = home("watchers");
    submit(place, 1);
    try (Hook hook = new Hook();
        Child holder = watcher(place, hook)) {
      hook.await(LONG, got -> !got.isEmpty(), "a first digest");
      List<String> before = bothHolders(place);
      try (Child other = watcher(place, hook)) {
        Instant deadline = submitLate(place, "late");
        holder.kill();
        Duration took = awaitOverdue(hook, deadline, "late");
        assertTrue(took.compareTo(PROMISED) <= 0, () -> took + ": " + other.describe());
        hook.await(
            LONG,
            got -> got.stream().anyMatch(message -> message.tells("WATCHER_SILENT", "sentinel")),
            "the sentinel's silence");
        hook.await(
            LONG,
            got ->
                got.stream()
                    .anyMatch(
                        message -> !message.isDigest() && message.tells("WATCHER_SILENT", "pump")),
            "the pump's silence, past the ledger");
        List<String> after = holders(place);
        assertEquals(2, after.size());
        assertTrue(after.stream().noneMatch(before::contains), before + " before " + after);
        return "the watcher killed, told %s after the deadline by the other".formatted(took);
      }
    }
  }

  /** Waits until both leases are taken. */
  private static List<String> bothHolders(Place place) throws IOException {
    long end = System.nanoTime() + LONG.toNanos();
    List<String> found = holders(place);
    while (found.size() < 2) {
      assertTrue(System.nanoTime() - end < 0, "leases of " + found);
      found = holders(place);
    }
    return found;
  }

  /** Which nodes have the leases of sentinel and pump. */
  private static List<String> holders(Place place) throws IOException {
    try (Stores stores = place.open(InstantSource.system());
        Ingest looking =
            Ingest.builder()
                .ledger(stores.ledger())
                .content(stores.content())
                .withoutWork()
                .build()) {
      return looking.outlook().beats().stream()
          .filter(beat -> List.of("pump", "sentinel").contains(beat.watcher()))
          .flatMap(beat -> beat.holder().stream())
          .map(NodeId::value)
          .toList();
    }
  }

  private String theSinkIsDown() throws Exception {
    Place place = home("sink");
    submit(place, 1);
    try (Hook hook = new Hook()) {
      List<String> watch = List.of("watch", homeOf(place), hook.uri());
      try (Child first = node(place, "first", line -> {}, watch)) {
        hook.await(LONG, got -> !got.isEmpty(), "a first digest");
        hook.down(true);
        submitLate(place, "late-1");
        awaitRefused(hook, 1);
        first.kill();
      }
      try (Child second = node(place, "second", line -> {}, watch)) {
        awaitRefused(hook, refused(hook.messages()) + 1);
        second.kill();
      }
      submitLate(place, "late-2");
      try (Child third = node(place, "third", line -> {}, watch)) {
        awaitRefused(hook, refused(hook.messages()) + 1);
        hook.down(false);
        for (String id : List.of("late-1", "late-2")) {
          hook.await(LONG, got -> tells(got, id), id + " is told; " + third.describe());
        }
      }
      List<Long> taken =
          hook.messages().stream()
              .filter(message -> message.taken() && message.isDigest())
              .map(Message::ordinal)
              .toList();
      assertEquals(LongStream.rangeClosed(1, taken.size()).boxed().toList(), taken);
      return "the sink down and its process killed twice, digests 1 to %d came in order"
          .formatted(taken.size());
    }
  }

  private static long refused(List<Message> messages) {
    return messages.stream().filter(message -> !message.taken()).count();
  }

  private static void awaitRefused(Hook hook, long count) throws InterruptedException {
    hook.await(LONG, got -> refused(got) >= count, count + " refused");
  }

  private static boolean tells(List<Message> messages, String id) {
    return messages.stream()
        .filter(Message::taken)
        .flatMap(message -> message.lines("SEQUENCE_OVERDUE", "").stream())
        .flatMap(line -> line.list("sequences").stream())
        .anyMatch(sequence -> sequence.text("id").equals(id));
  }

  private static Duration awaitOverdue(Hook hook, Instant deadline, String id)
      throws InterruptedException {
    hook.await(LONG, got -> tells(got, id), id + " is told as overdue");
    return Duration.between(deadline, overdue(hook).get(0).at());
  }

  private static List<Message> overdue(Hook hook) {
    return hook.messages().stream()
        .filter(message -> message.tells("SEQUENCE_OVERDUE", ""))
        .toList();
  }

  private Place home(String name) {
    return Place.home(temp.resolve(name).resolve("home"));
  }

  private static String homeOf(Place place) {
    return String.valueOf(place.home());
  }

  private Child watcher(Place place, Hook hook) throws IOException {
    return Child.start(
        temp.resolve("errors"),
        line -> {},
        List.of("run", "--watch-only", "--home", homeOf(place), "--webhook", hook.uri()),
        SECRET);
  }

  private Child node(
      Place place, String name, java.util.function.Consumer<String> lines, List<String> args)
      throws IOException {
    Path errors = temp.resolve(homeOf(place).replaceAll("[^A-Za-z0-9]+", "-") + "-" + name);
    return Child.start(TestNode.class, errors, lines, args, Map.of());
  }

  private void submit(Place place, int count) throws IOException {
    Path directory = Files.createDirectories(temp.resolve(homeOf(place)).resolveSibling("in"));
    List<String> submit = new ArrayList<>(List.of("submit", "--pipeline", "copy"));
    for (int i = 0; i < count; i++) {
      submit.add(Files.writeString(directory.resolve("file-" + i), "text " + i).toString());
    }
    new Cli(Path.of(homeOf(place))).call(submit.toArray(String[]::new)).hasStatus(0);
  }

  /** Submits a sequence that is due in a few seconds, and returns when. */
  private static Instant submitLate(Place place, String id) throws IOException {
    Path file = Files.writeString(Path.of(homeOf(place)).resolveSibling(id), "text of " + id);
    Cli cli = new Cli(Path.of(homeOf(place)));
    cli.call("submit", file.toString(), "--id", id, "--pipeline", "copy", "--target", "3s")
        .hasStatus(0);
    try (Stores stores = place.open(InstantSource.system())) {
      Entry entry =
          stores.ledger().ledger().find(List.of(SequenceKey.of("local", id))).get(0).orElseThrow();
      return entry.receipt().deadline();
    }
  }
}
