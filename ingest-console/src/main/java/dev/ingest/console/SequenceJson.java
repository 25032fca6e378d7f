package dev.ingest.console;

import dev.ingest.core.Outlook;
import dev.ingest.core.text.JsonWriter;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.StageRef;
import java.time.Instant;
import java.util.List;

/** Sequences as JSON. */
final class SequenceJson {

  private SequenceJson() {}

  static JsonWriter of(SequenceView view) {
    return new JsonWriter()
        .object(
            json -> {
              json.name("sequence").object(in -> entry(in, view.entry(), view.now()));
              json.name("now").text(view.now().toString());
              json.name("chain")
                  .object(
                      in -> {
                        in.name("rows").number(view.entry().chain().length());
                        in.name("head").text(view.entry().chain().head().toString());
                        view.broken()
                            .tell(
                                broken -> {
                                  in.name("known").truth(true);
                                  in.name("whole").truth(broken.isEmpty());
                                  broken.ifPresent(why -> in.name("why").text(why));
                                },
                                why -> in.name("known").truth(false).name("why").text(why));
                      });
              json.name("history")
                  .array(in -> view.rows().forEach(row -> in.object(one -> row(one, row))));
              view.olderAfter().ifPresent(after -> json.name("olderAfter").number(after));
              view.newerAfter().ifPresent(after -> json.name("newerAfter").number(after));
            });
  }

  static JsonWriter choice(List<Entry> found) {
    return new JsonWriter()
        .object(
            json -> {
              json.name("owners")
                  .array(
                      in ->
                          found.stream()
                              .limit(SequenceReader.OWNERS)
                              .forEach(entry -> in.text(entry.key().owner().value())));
              json.name("more").truth(found.size() > SequenceReader.OWNERS);
            });
  }

  static void entry(JsonWriter json, Entry entry, Instant now) {
    json.name("owner").text(entry.key().owner().value());
    json.name("id").text(entry.key().id().value());
    json.name("state").text(entry.state().name());
    json.name("items").number(entry.receipt().manifest().count());
    json.name("bytes").number(entry.receipt().manifest().bytes());
    json.name("root").text(entry.receipt().manifest().root().toString());
    json.name("acceptedAt").text(entry.receipt().acceptedAt().toString());
    json.name("deadline").text(entry.receipt().deadline().toString());
    json.name("expiresAt").text(entry.receipt().expiresAt().toString());
    json.name("overdue").truth(Outlook.isOverdue(entry, now));
    json.name("atRisk").truth(entry.standing().isAtRisk());
    json.name("pipeline").text(entry.run().pipeline().name());
    json.name("epoch").number(entry.run().epoch());
    entry.run().stage().map(StageRef::toString).ifPresent(stage -> json.name("stage").text(stage));
    json.name("attempts").number(entry.run().attempts());
    marks(json, entry);
  }

  private static void marks(JsonWriter json, Entry entry) {
    entry
        .standing()
        .hold()
        .ifPresent(
            hold ->
                json.name("hold")
                    .object(
                        in -> {
                          in.name("actor").text(hold.actor());
                          in.name("reason").text(hold.reason());
                          in.name("at").text(hold.at().toString());
                        }));
    entry
        .standing()
        .failure()
        .ifPresent(
            failure ->
                json.name("failure")
                    .object(
                        in -> {
                          in.name("code").text(failure.code());
                          in.name("message").text(failure.message());
                        }));
    entry
        .published()
        .ifPresent(
            published ->
                json.name("result")
                    .object(
                        in -> {
                          in.name("items").number(published.result().manifest().count());
                          in.name("bytes").number(published.result().manifest().bytes());
                          in.name("root").text(published.result().manifest().root().toString());
                          in.name("epoch").number(published.epoch());
                          in.name("provenAt").text(published.provenAt().toString());
                        }));
  }

  private static void row(JsonWriter json, HistoryRow row) {
    json.name("ordinal").number(row.link().ordinal());
    json.name("at").text(row.step().at().toString());
    json.name("kind").text(row.step().kind().name());
    row.from().ifPresent(from -> json.name("from").text(from.name()));
    json.name("to").text(row.to().name());
    json.name("actor").text(row.note().actor());
    json.name("detail").text(row.note().detail());
    json.name("hash").text(row.link().hash().toString());
  }
}
