package dev.ingest.benchmarks.content;

import dev.ingest.benchmarks.Folders;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Compares content on S3 with the SDK's transfer manager on one server, in one run: files to the
 * server and back into files, in turns, the first of each round another one. What came back is
 * compared with what was sent, and deleted, outside of the time.
 */
public final class S3Comparison {

  private static final Path LOAD = Path.of("/proc/loadavg");
  private static final int HEAP_MEGABYTES = 6_144;

  private final S3Options options;
  private final @Nullable ServerProcess server;
  private final Place place;
  private final Path folder;
  private final PrintStream out;
  private int measurements;

  private S3Comparison(
      S3Options options,
      @Nullable ServerProcess server,
      Place place,
      Path folder,
      PrintStream out) {
    this.options = options;
    this.server = server;
    this.place = place;
    this.folder = folder;
    this.out = out;
  }

  /**
   * Runs the comparison and prints a report.
   *
   * @param arguments the options, which an unknown one lists
   * @throws Exception if a transfer fails or brings other bytes
   */
  public static void main(String[] arguments) throws Exception {
    S3Options options;
    try {
      options = S3Options.parse(arguments);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
      return;
    }
    String today = LocalDate.ofInstant(InstantSource.system().instant(), ZoneOffset.UTC).toString();
    run(options, options.date().orElse(today), System.out);
  }

  static void run(S3Options options, String date, PrintStream out) throws Exception {
    if (options.endpoint().isPresent()) {
      on(
          new Place(options.endpoint().get(), bucket(), options.accepted()),
          options,
          date,
          out,
          null);
      return;
    }
    try (ServerProcess server =
        options.tls()
            ? ServerProcess.startWithTls(HEAP_MEGABYTES)
            : ServerProcess.start(HEAP_MEGABYTES)) {
      on(new Place(server.endpoint(), bucket(), options.accepted()), options, date, out, server);
    }
  }

  private static String bucket() {
    return "ingest-comparison-" + ProcessHandle.current().pid();
  }

  private static void on(
      Place place, S3Options options, String date, PrintStream out, @Nullable ServerProcess server)
      throws Exception {
    String before = load();
    Path folder = Folders.create("s3-comparison");
    place.create();
    List<Mover> movers = new ArrayList<>();
    try {
      movers.add(new AdapterMover(place));
      movers.add(TransferMover.withDefaults(place));
      movers.add(TransferMover.withSha256(place));
      new S3Comparison(options, server, place, folder, out).compare(movers);
      out.printf(
          "%n%s, %s %s, %d cores, JDK %s, %s, %d rounds in turns after %d to warm up,"
              + " load average %s at the start, %s at the end.%n",
          date,
          System.getProperty("os.name"),
          System.getProperty("os.arch"),
          Runtime.getRuntime().availableProcessors(),
          System.getProperty("java.runtime.version"),
          server == null
              ? place.endpoint()
              : "S3Proxy in memory in a process of its own, "
                  + (options.tls() ? "over TLS" : "without TLS"),
          options.rounds(),
          options.warmups(),
          before,
          load());
      if (server == null) {
        place.delete();
      }
    } finally {
      movers.forEach(Mover::close);
      Folders.delete(folder);
    }
  }

  private static String load() throws IOException {
    return Files.isReadable(LOAD) ? Files.readString(LOAD).strip() : "unknown";
  }

  private void compare(List<Mover> movers) throws Exception {
    out.printf("%n| what | with | MiB/s, median | rounds | ratio to the transfer manager with its");
    out.printf(" defaults, and with SHA-256 | CPU per MiB: client + server |%n");
    out.printf("|---|---|---|---|---|---|%n");
    for (int size : options.mebibytes()) {
      measure(load("1 item of " + size + " MiB", "large-" + size, 1, size << 20), movers);
    }
    if (options.small() > 0) {
      String name = options.small() + " items of 200 KB";
      measure(load(name, "small", options.small(), S3Options.SMALL_BYTES), movers);
    }
  }

  private Load load(String name, String directory, int count, int bytes) throws IOException {
    Path files = Files.createDirectory(folder.resolve(directory));
    return Load.of(name, Folders.sourceFiles(files, count, bytes));
  }

  private void measure(Load load, List<Mover> movers) throws Exception {
    List<Rates> up = movers.stream().map(mover -> new Rates(mover.name())).toList();
    List<Rates> down = movers.stream().map(mover -> new Rates(mover.name())).toList();
    List<Integer> turns = new ArrayList<>();
    for (int i = 0; i < movers.size(); i++) {
      turns.add(i);
    }
    for (int round = -options.warmups(); round < options.rounds(); round++) {
      Collections.rotate(turns, 1);
      for (int turn : turns) {
        boolean counts = round >= 0;
        move(
            load,
            movers.get(turn),
            counts ? Optional.of(up.get(turn)) : Optional.empty(),
            counts ? Optional.of(down.get(turn)) : Optional.empty());
      }
    }
    print(load.name() + ", up", up);
    print(load.name() + ", down", down);
  }

  private void move(Load load, Mover mover, Optional<Rates> up, Optional<Rates> down)
      throws Exception {
    String name = "m" + measurements++;
    Path target = Files.createDirectory(folder.resolve(name));
    timed(load, up, () -> mover.upload(load, name));
    timed(load, down, () -> mover.download(load, name, target));
    load.requireSame(target);
    Folders.delete(target);
    place.clear();
  }

  private interface Action {

    void run() throws Exception;
  }

  private void timed(Load load, Optional<Rates> rates, Action action) throws Exception {
    Duration client = used();
    Duration before = server == null ? Duration.ZERO : server.used();
    long begun = System.nanoTime();
    action.run();
    long nanos = System.nanoTime() - begun;
    Duration after = server == null ? Duration.ZERO : server.used();
    rates.ifPresent(
        found -> found.add(load.bytes(), nanos, used().minus(client), after.minus(before)));
  }

  private static Duration used() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
  }

  private void print(String what, List<Rates> all) {
    List<Rates> references = all.subList(1, all.size());
    all.forEach(one -> out.printf("| %s | %s |%n", what, one.row(references)));
  }
}
