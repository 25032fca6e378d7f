package dev.ingest.core.report;

import dev.ingest.core.BackfillProgress;
import dev.ingest.core.text.JsonWriter;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import java.util.Optional;

/** One JSON object in one line, written as it comes. */
final class BackfillJson implements BackfillWriter {

  private final Lines out;
  private boolean isFirst = true;

  BackfillJson(Appendable out) {
    this.out = new Lines(out).add("{\"sequences\":[");
  }

  @Override
  public void heard(SequenceKey key, Outcome outcome, Optional<Entry> entry) {
    out.add(isFirst ? "" : ",");
    isFirst = false;
    out.add(
        new JsonWriter()
            .object(
                json -> {
                  json.name("owner").text(key.owner().value());
                  json.name("id").text(key.id().value());
                  json.name("outcome").text(outcome.kind().name());
                  if (!outcome.cause().isEmpty()) {
                    json.name("cause").text(outcome.cause());
                  }
                  entry.ifPresent(
                      one -> {
                        json.name("state").text(one.state().name());
                        json.name("pipeline").text(one.run().pipeline().name());
                        json.name("epoch").number(one.run().epoch());
                        json.name("expiresAt").text(one.receipt().expiresAt().toString());
                        one.standing()
                            .hold()
                            .ifPresent(hold -> json.name("heldBy").text(hold.actor()));
                      });
                })
            .toString());
  }

  @Override
  public void end(BackfillProgress progress) {
    out.add("],\"backfill\":" + progress.toJson() + "}\n");
  }
}
