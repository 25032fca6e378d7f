package dev.ingest.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ingest.cli.Place.Stores;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.ScanQuery;
import java.util.List;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Prints everything that was recorded of a sequence. */
@Command(name = "history", description = "Prints everything that was recorded of a sequence.")
final class HistoryCommand extends EngineCommand {

  @Mixin private Lookup lookup = new Lookup();

  HistoryCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  int perform() {
    try (Stores stores = options().place().openLedger(surroundings().clock(), terminal())) {
      Ledger ledger = stores.ledger().ledger();
      SequenceKey key = lookup.find(ledger).key();
      if (options().json()) {
        try (JsonOutput json = new JsonOutput(terminal().out())) {
          json.write(out -> out.writeStringField("sequence", key.id().value()));
          json.write(out -> out.writeStringField("owner", key.owner().value()));
          json.write(out -> out.writeArrayFieldStart("rows"));
          forEach(ledger, key, json::row);
          json.write(JsonGenerator::writeEndArray);
        }
      } else {
        forEach(ledger, key, row -> terminal().say(Terminal.line(line(row))));
      }
      return stores.ended(ExitCodes.DONE);
    }
  }

  private static void forEach(Ledger ledger, SequenceKey key, Consumer<HistoryRow> each) {
    long last = 0;
    List<HistoryRow> rows;
    do {
      rows = ledger.history(key, last, ScanQuery.MAX_LIMIT);
      rows.forEach(each);
      last = rows.isEmpty() ? last : rows.get(rows.size() - 1).link().ordinal();
    } while (rows.size() == ScanQuery.MAX_LIMIT);
  }

  private static String line(HistoryRow row) {
    return "%4d  %s  %-20s %s%s  by %s%s"
        .formatted(
            row.link().ordinal(),
            row.step().at(),
            row.step().kind(),
            row.from().map(from -> from + " -> ").orElse(""),
            row.to(),
            row.note().actor(),
            row.note().detail().isEmpty() ? "" : "  " + row.note().detail());
  }
}
