package dev.ingest.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ingest.cli.Place.Stores;
import dev.ingest.core.Confirmation;
import dev.ingest.core.Ingest;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;

/** Prints what people confirmed of the ledger as a whole. */
@Command(
    name = "confirmations",
    description = "Lists the latest 100 of what was confirmed, by whom and why, the oldest first.")
final class ConfirmationsCommand extends EngineCommand {

  private static final int LISTED = 100;

  ConfirmationsCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  int perform() {
    try (Stores stores = options().place().openLedger(surroundings().clock(), terminal());
        Ingest engine = ledgerEngine(stores)) {
      List<Confirmation> kept = engine.confirmations(LISTED);
      if (options().json()) {
        try (JsonOutput json = new JsonOutput(terminal().out())) {
          json.write(out -> out.writeArrayFieldStart("confirmations"));
          kept.forEach(one -> json.write(out -> write(out, one)));
          json.write(JsonGenerator::writeEndArray);
        }
      } else {
        kept.forEach(
            one ->
                terminal()
                    .say(
                        Terminal.line(
                            "%s  %-8s %s  by %s  reason=%s"
                                .formatted(
                                    one.at(),
                                    one.subject(),
                                    one.confirmed(),
                                    one.actor(),
                                    one.reason()))));
      }
      return stores.ended(ExitCodes.DONE);
    }
  }

  private static void write(JsonGenerator out, Confirmation one) throws IOException {
    out.writeStartObject();
    out.writeStringField("subject", one.subject().name());
    out.writeStringField("confirmed", one.confirmed());
    out.writeStringField("actor", one.actor());
    out.writeStringField("reason", one.reason());
    out.writeStringField("at", one.at().toString());
    out.writeEndObject();
  }
}
