package dev.ingest.cli;

import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceId;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.ScanQuery;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Names one sequence on the command line: an id, and the owner where several have it. */
final class Lookup {

  private static final int NAMED_OWNERS = 10;

  @Parameters(index = "0", paramLabel = "ID", description = "The sequence.")
  private String id = "";

  @Option(
      names = "--owner",
      paramLabel = "NAME",
      description = "Whose sequence; needed only if several owners have this id.")
  private @Nullable String owner;

  Entry find(Ledger ledger) {
    return find(ledger, id, owner);
  }

  /**
   * Says on the error stream that an owner has nothing in the ledger, who may be mistyped: what is
   * asked about them is answered all the same, by nothing, which is true of both.
   */
  static void tellUnknown(Terminal terminal, Ledger ledger, Optional<OwnerId> owner) {
    if (owner.isEmpty() || ledger.census(owner).openSessions() > 0) {
      return;
    }
    ScanQuery any = new ScanQuery(owner, Optional.empty(), Set.of(), Optional.empty(), 1);
    if (ledger.scan(any).entries().isEmpty()) {
      terminal.warn(
          "no sequence of owner %s is known to this ledger"
              .formatted(Terminal.quoted(owner.get().value())));
    }
  }

  static Entry find(Ledger ledger, String id, @Nullable String owner) {
    Optional<OwnerId> scope = Optional.ofNullable(owner).map(OwnerId::new);
    ScanQuery query =
        new ScanQuery(
            scope, Optional.of(new SequenceId(id)), Set.of(), Optional.empty(), NAMED_OWNERS);
    List<Entry> entries = ledger.scan(query).entries();
    if (entries.isEmpty()) {
      throw new UsageException(
          "there is no sequence %s%s; status lists those that there are"
              .formatted(Terminal.quoted(id), scope.map(name -> " of owner " + name).orElse("")));
    }
    if (entries.size() > 1) {
      throw new UsageException(
          "several owners have a sequence %s: %s; say which with --owner"
              .formatted(
                  Terminal.quoted(id),
                  entries.stream()
                      .map(entry -> entry.key().owner().value())
                      .collect(Collectors.joining(", "))));
    }
    return entries.get(0);
  }
}
