package dev.ingest.core.report;

import dev.ingest.core.Remedy;
import dev.ingest.core.text.JsonWriter;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Failure;
import dev.ingest.spi.ledger.StageRef;
import java.util.ArrayList;
import java.util.List;

/**
 * A report as one JSON object, written as it comes: owners with their sequences, and then the sums
 * with what is not known, of which the first {@link #MAX_UNREAD} are named.
 */
final class JsonReport implements ReportWriter {

  private static final int MAX_UNREAD = 1_000;

  private final Lines out;
  private final List<IncidentReport.Unread> unread = new ArrayList<>();
  private boolean isFirstOwner = true;
  private boolean isFirstSequence = true;

  JsonReport(Appendable out) {
    this.out = new Lines(out).add("{\"owners\":[");
  }

  @Override
  public void affected(Affected affected) {
    if (isFirstSequence) {
      String owner = new JsonWriter().text(affected.entry().key().owner().value()).toString();
      out.add(isFirstOwner ? "" : ",").add("{\"owner\":" + owner + ",\"sequences\":[");
      isFirstOwner = false;
    } else {
      out.add(",");
    }
    isFirstSequence = false;
    out.add(sequence(affected));
  }

  private static String sequence(Affected affected) {
    Entry entry = affected.entry();
    return new JsonWriter()
        .object(
            json -> {
              json.name("id").text(entry.key().id().value());
              json.name("state").text(entry.state().name());
              json.name("pipeline").text(entry.run().pipeline().name());
              entry
                  .run()
                  .stage()
                  .map(StageRef::name)
                  .ifPresent(stage -> json.name("stage").text(stage));
              json.name("acceptedAt").text(entry.receipt().acceptedAt().toString());
              json.name("since").text(affected.since().toString());
              json.name("deadline").text(entry.receipt().deadline().toString());
              json.name("expiresAt").text(entry.receipt().expiresAt().toString());
              json.name("rescue").text(affected.rescue().kind().name());
              affected
                  .rescue()
                  .until()
                  .ifPresent(at -> json.name("recoverableUntil").text(at.toString()));
              entry
                  .standing()
                  .failure()
                  .map(Failure::code)
                  .ifPresent(code -> json.name("code").text(code));
              affected.remedy().map(Remedy::name).ifPresent(one -> json.name("remedy").text(one));
            })
        .toString();
  }

  @Override
  public void ownerEnded(OwnerId owner, long count) {
    out.add("],\"affected\":" + count + "}");
    isFirstSequence = true;
  }

  @Override
  public void unread(IncidentReport.Unread part) {
    if (unread.size() < MAX_UNREAD) {
      unread.add(part);
    }
  }

  @Override
  public void end(IncidentReport report) {
    String sums =
        new JsonWriter()
            .object(
                json -> {
                  json.name("complete").truth(report.isComplete());
                  json.name("asOf").text(report.asOf().toString());
                  json.name("looked").number(report.looked());
                  json.name("affected").number(report.affected());
                  json.name("affectedOwners").number(report.owners());
                  json.name("states")
                      .object(
                          all ->
                              report
                                  .states()
                                  .forEach((state, count) -> all.name(state.name()).number(count)));
                  json.name("unreadParts").number(report.unread());
                  json.name("unread").array(this::writeUnread);
                })
            .toString();
    out.add("]," + sums.substring(1) + "\n");
  }

  private void writeUnread(JsonWriter all) {
    for (IncidentReport.Unread part : unread) {
      all.object(json -> json.name("part").text(part.part()).name("why").text(part.why()));
    }
  }
}
