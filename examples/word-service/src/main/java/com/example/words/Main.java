package com.example.words;

import dev.ingest.core.AuditReport;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.State;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Takes in what lies in a directory as OWNER/SEQUENCE/FILE, and tells what became of it.
 *
 * <p>The environment says where the ledger and the bytes are: LEDGER and CONTENT; without them, in
 * the directory {@code data}.
 */
public final class Main {

  private Main() {}

  /** Runs the service over one inbox. */
  public static void main(String[] args) throws IOException, URISyntaxException {
    Path inbox = Path.of(args[0]);
    Path data = Files.createDirectories(Path.of("data").toAbsolutePath());
    // Of these parts, and not of a text, since a path may hold what a URI must write otherwise.
    URI ledger = place("LEDGER", new URI("jdbc", "sqlite:" + data.resolve("ledger.db"), null));
    URI content = place("CONTENT", data.resolve("content").toUri());
    try (WordService service = WordService.open(ledger, content)) {
      service.start();
      List<SequenceKey> taken = new ArrayList<>();
      for (Path owner : directories(inbox)) {
        for (Path sequence : directories(owner)) {
          SequenceKey key = SequenceKey.of(name(owner), name(sequence));
          Receipt receipt = service.submit(key, sequence);
          System.out.println(key + " accepted " + receipt.manifest().root());
          taken.add(key);
        }
      }
      service.settle();
      for (SequenceKey key : taken) {
        Entry entry = service.find(key).orElseThrow();
        String why =
            entry.standing().failure().map(Failure::message).map(text -> ": " + text).orElse("");
        System.out.println(key + " " + entry.state() + why + " " + service.counts(key));
      }
      AuditReport audit = service.audit();
      Census census = service.census();
      System.out.printf(
          "%d accepted, %d verified, %d failed, audit %s%n",
          census.total(),
          census.count(State.VERIFIED),
          census.count(State.FAILED),
          audit.isClean() ? "clean" : "NOT CLEAN");
    }
  }

  private static URI place(String variable, URI otherwise) {
    String set = System.getenv(variable);
    return set == null ? otherwise : URI.create(set);
  }

  private static String name(Path path) {
    return path.getFileName().toString();
  }

  private static List<Path> directories(Path parent) throws IOException {
    try (Stream<Path> found = Files.list(parent)) {
      return found.filter(Files::isDirectory).sorted().toList();
    }
  }
}
