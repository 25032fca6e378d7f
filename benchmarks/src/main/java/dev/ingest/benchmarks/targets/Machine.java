package dev.ingest.benchmarks.targets;

import dev.ingest.benchmarks.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;

/** Tells what the figures were measured on, as far as the machine tells. */
final class Machine {

  private static final Path LOAD = Path.of("/proc/loadavg");
  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");
  private static final Path MEMORY = Path.of("/proc/meminfo");
  private static final double KIBIBYTES_PER_GIBIBYTE = 1 << 20;

  private Machine() {}

  static String describe() throws IOException {
    return String.format(
        Locale.ROOT,
        "%s, %s %s %s, %d cores (%s), %s of memory, %s, JDK %s, heap of at most %,d MiB",
        LocalDate.ofInstant(InstantSource.system().instant(), ZoneOffset.UTC),
        System.getProperty("os.name"),
        System.getProperty("os.version"),
        System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors(),
        value(PROCESSORS, "model name"),
        memory(),
        fileSystem(),
        System.getProperty("java.runtime.version"),
        Runtime.getRuntime().maxMemory() >> 20);
  }

  /** The processes that want a core, over 1, 5 and 15 minutes. */
  static String load() throws IOException {
    if (!Files.isReadable(LOAD)) {
      return "unknown";
    }
    List<String> fields = List.of(Files.readString(LOAD).split(" ", -1));
    return String.join(" ", fields.subList(0, 3));
  }

  private static String memory() throws IOException {
    String total = value(MEMORY, "MemTotal").replaceAll("[^0-9]", "");
    return total.isEmpty()
        ? "an unknown amount"
        : String.format(Locale.ROOT, "%.0f GiB", Long.parseLong(total) / KIBIBYTES_PER_GIBIBYTE);
  }

  private static String fileSystem() throws IOException {
    Path folder = Folders.create("ingest-machine");
    try {
      return Files.getFileStore(folder).type();
    } finally {
      Folders.delete(folder);
    }
  }

  private static String value(Path file, String name) throws IOException {
    if (!Files.isReadable(file)) {
      return "unknown";
    }
    return Files.readAllLines(file).stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("unknown");
  }
}
