package dev.ingest.testkit.fuzz;

import dev.ingest.spi.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The inputs that a run has for its changes: the examples, and what it found itself. */
final class Corpus {

  private static final int MAX_KNOWN = 1_000;

  /**
   * What is longer is tried and not changed further, as its changes would take most of the time.
   */
  private static final int MAX_BYTES = 1 << 12;

  private static final int NAME_CHARS = 16;

  private final List<byte[]> known;
  private final List<byte[]> accepted = new ArrayList<>();

  private Corpus(List<byte[]> known) {
    this.known = known;
  }

  /** Reads the examples of one parser, in the order of their names. */
  static Corpus read(Path folder) {
    List<byte[]> examples = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        examples.add(Files.readAllBytes(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("reading the examples in " + folder, e);
    }
    if (examples.isEmpty()) {
      throw new IllegalStateException("there are no examples in " + folder);
    }
    return new Corpus(examples);
  }

  List<byte[]> known() {
    return known;
  }

  /** What the parser accepted of them. A change of it is the likeliest to be refused late. */
  List<byte[]> accepted() {
    return accepted;
  }

  /** Takes up what was found. */
  void add(byte[] input, boolean isAccepted) {
    if (known.size() < MAX_KNOWN && input.length <= MAX_BYTES) {
      known.add(input);
      if (isAccepted) {
        accepted.add(input);
      }
    }
  }

  /** Takes note of an example that the parser accepted. */
  void accept(byte[] example) {
    accepted.add(example);
  }

  /** Writes an input to where examples could be taken from. */
  static void keep(Path folder, byte[] input) {
    try {
      Files.createDirectories(folder);
      Files.write(folder.resolve(Digest.of(input).hex().substring(0, NAME_CHARS)), input);
    } catch (IOException e) {
      throw new UncheckedIOException("keeping an input in " + folder, e);
    }
  }
}
