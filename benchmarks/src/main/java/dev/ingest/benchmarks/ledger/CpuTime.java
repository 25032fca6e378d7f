package dev.ingest.benchmarks.ledger;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The processor time that this process with its children, and the server with all of its processes,
 * have used: unlike a rate, it hardly depends on what else the machine does.
 *
 * @param client ticks of this process and the children that ended
 * @param server ticks of the server; 0 where it runs elsewhere
 */
record CpuTime(long client, long server) {

  private static final Path PROCESSES = Path.of("/proc");
  private static final double TICKS_PER_SECOND = 100;

  /** The fields of a process after its name. */
  private record Status(String name, long parent, long own, long children) {}

  /** Reads the times, where the machine tells them. */
  static Optional<CpuTime> now(Server server) throws IOException, SQLException {
    Optional<Status> self = status(PROCESSES.resolve("self"));
    if (self.isEmpty()) {
      return Optional.empty();
    }
    long backend =
        server.number("SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'");
    Optional<Status> writer = status(PROCESSES.resolve(String.valueOf(backend)));
    long sum = 0;
    if (writer.isPresent() && writer.get().name().equals("postgres")) {
      sum = ofServer(writer.get().parent());
    }
    return Optional.of(new CpuTime(self.get().own() + self.get().children(), sum));
  }

  /** Tells what was used since, per item. */
  String since(CpuTime before, long items) {
    return String.format(
        Locale.ROOT,
        "CPU per item: client %.0f µs, server %.0f µs",
        micros(client - before.client, items),
        micros(server - before.server, items));
  }

  /** Tells what client and server used since, in microseconds per item, for items that cost few. */
  String fineSince(CpuTime before, long items) {
    return String.format(
        Locale.ROOT,
        "%.1f + %.1f",
        micros(client - before.client, items),
        micros(server - before.server, items));
  }

  private static double micros(long ticks, long items) {
    return ticks * 1e6 / TICKS_PER_SECOND / items;
  }

  private static long ofServer(long first) throws IOException {
    List<Path> processes;
    try (Stream<Path> all = Files.list(PROCESSES)) {
      processes = all.filter(path -> path.getFileName().toString().matches("[0-9]+")).toList();
    }
    long sum = 0;
    for (Path process : processes) {
      Optional<Status> status = status(process);
      if (status.isPresent() && process.getFileName().toString().equals(String.valueOf(first))) {
        sum += status.get().own() + status.get().children();
      } else if (status.isPresent() && status.get().parent() == first) {
        sum += status.get().own();
      }
    }
    return sum;
  }

  /** Reads a process; empty if it is gone, or the machine has no such files. */
  private static Optional<Status> status(Path process) {
    String text;
    try {
      text = Files.readString(process.resolve("stat"));
    } catch (IOException e) {
      return Optional.empty();
    }
    int end = text.lastIndexOf(')');
    List<String> fields = List.of(text.substring(end + 2).split(" ", -1));
    return Optional.of(
        new Status(
            text.substring(text.indexOf('(') + 1, end),
            Long.parseLong(fields.get(1)),
            Long.parseLong(fields.get(11)) + Long.parseLong(fields.get(12)),
            Long.parseLong(fields.get(13)) + Long.parseLong(fields.get(14))));
  }
}
