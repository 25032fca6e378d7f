package dev.ingest.cli;

import dev.ingest.cli.Place.Stores;
import dev.ingest.core.EngineListener;
import dev.ingest.core.Ingest;
import dev.ingest.core.PublishedResult;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.ledger.Entry;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Writes an item of a published result to the output stream. */
@Command(name = "cat", description = "Writes an item of a sequence's published result to stdout.")
final class CatCommand extends EngineCommand {

  @Mixin private Lookup lookup = new Lookup();

  @Parameters(index = "1", paramLabel = "ITEM", description = "The item's name in the result.")
  private String item = "";

  CatCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  int perform() throws IOException {
    ItemName name = new ItemName(item);
    try (Stores stores = options().place().open(surroundings().clock());
        Ingest engine = engine(stores, EngineListener.NONE)) {
      Entry entry = lookup.find(stores.ledger().ledger());
      Optional<PublishedResult> result = engine.result(entry.key());
      if (result.isEmpty()) {
        terminal()
            .warn(
                "%s is %s and has no published result; run it first, or see status --id %s"
                    .formatted(entry.key(), entry.state(), entry.key().id()));
        return ExitCodes.NEEDS_PERSON;
      }
      try (InputStream bytes =
          result
              .get()
              .open(name)
              .orElseThrow(
                  () ->
                      new UsageException(
                          "the result of %s has no item %s"
                              .formatted(entry.key(), Terminal.quoted(name))))) {
        copy(bytes);
      }
      return ExitCodes.DONE;
    }
  }

  private void copy(InputStream bytes) throws IOException {
    byte[] buffer = new byte[1 << 16];
    for (int n = bytes.read(buffer); n >= 0; n = bytes.read(buffer)) {
      terminal().out().write(buffer, 0, n);
      if (terminal().out().checkError()) {
        throw new IOException("the output stream takes nothing more");
      }
    }
  }
}
