package dev.ingest.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import dev.ingest.core.ActReport;
import dev.ingest.core.AuditFinding;
import dev.ingest.core.AuditReport;
import dev.ingest.core.Beat;
import dev.ingest.core.Finding;
import dev.ingest.core.LatestAudit;
import dev.ingest.core.Outlook;
import dev.ingest.core.Outlook.Prospect;
import dev.ingest.core.Reverification;
import dev.ingest.core.ScrubReport;
import dev.ingest.core.Verification;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Hold;
import dev.ingest.spi.ledger.Run;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Superseded;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Optional;

/**
 * One JSON object on the output stream, written as it becomes known, so that a long list costs no
 * memory. The fields are documented; new ones may be added, none is renamed.
 */
final class JsonOutput implements AutoCloseable {

  private static final JsonFactory JSON =
      new JsonFactoryBuilder()
          .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
          .characterEscapes(new VisibleEscapes())
          .build();

  private final PrintStream out;
  private final JsonGenerator json;

  /** Begins the object. */
  JsonOutput(PrintStream out) {
    this.out = out;
    try {
      this.json = JSON.createGenerator(out);
      json.writeStartObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A part of the object. */
  @FunctionalInterface
  interface Part {
    void write(JsonGenerator json) throws IOException;
  }

  /** Writes a part. */
  void write(Part part) {
    try {
      part.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Hands on what was written so far, so that it stays printed when the process is killed. */
  void flush() {
    write(JsonGenerator::flush);
  }

  /** Writes a receipt whose entry could not be read. */
  void receipt(Receipt receipt) {
    write(
        out -> {
          out.writeStartObject();
          begin(out, receipt, State.ACCEPTED);
          out.writeEndObject();
        });
  }

  private static void begin(JsonGenerator out, Receipt receipt, State state) throws IOException {
    out.writeStringField("id", receipt.key().id().value());
    out.writeStringField("owner", receipt.key().owner().value());
    out.writeStringField("state", state.name());
    out.writeNumberField("items", receipt.manifest().count());
    out.writeNumberField("bytes", receipt.manifest().bytes());
    out.writeStringField("root", receipt.manifest().root().toString());
    out.writeStringField("acceptedAt", receipt.acceptedAt().toString());
    out.writeStringField("deadline", receipt.deadline().toString());
    out.writeStringField("expiresAt", receipt.expiresAt().toString());
  }

  void accounts(Accounts accounts) {
    write(
        out -> {
          out.writeNumberField("accepted", accounts.accepted());
          out.writeNumberField("verified", accounts.verified());
          out.writeNumberField("unaccountedFor", accounts.unaccountedFor());
        });
  }

  /** Since when live nodes tell that the content store is out. */
  void contentOut(Instant since) {
    write(out -> out.writeStringField("contentOutSince", since.toString()));
  }

  void entry(Entry entry, Instant now) {
    write(
        out -> {
          out.writeStartObject();
          begin(out, entry.receipt(), entry.state());
          out.writeStringField("session", entry.raw().session().value());
          run(out, entry, now);
          result(out, entry);
          beside(out, entry);
          failure(out, entry);
          out.writeEndObject();
        });
  }

  private static void run(JsonGenerator out, Entry entry, Instant now) throws IOException {
    out.writeBooleanField("overdue", Outlook.isOverdue(entry, now));
    out.writeStringField("pipeline", entry.run().pipeline().name());
    out.writeNumberField("epoch", entry.run().epoch());
    if (entry.run().stage().isPresent()) {
      out.writeStringField("stage", entry.run().stage().get().toString());
    }
    out.writeNumberField("attempts", entry.run().attempts());
    out.writeNumberField("version", entry.version());
    out.writeNumberField("historyRows", entry.chain().length());
    out.writeNumberField("escalations", entry.standing().escalations());
    if (entry.standing().hold().isPresent()) {
      Hold hold = entry.standing().hold().get();
      out.writeObjectFieldStart("hold");
      out.writeStringField("actor", hold.actor());
      out.writeStringField("reason", hold.reason());
      out.writeStringField("at", hold.at().toString());
      out.writeEndObject();
    }
  }

  private static void result(JsonGenerator out, Entry entry) throws IOException {
    if (entry.published().isPresent()) {
      out.writeObjectFieldStart("result");
      out.writeNumberField("items", entry.published().get().result().manifest().count());
      out.writeNumberField("bytes", entry.published().get().result().manifest().bytes());
      out.writeStringField("root", entry.published().get().result().manifest().root().toString());
      out.writeNumberField("epoch", entry.published().get().epoch());
      out.writeStringField("provenAt", entry.published().get().provenAt().toString());
      out.writeEndObject();
    }
  }

  private static void beside(JsonGenerator out, Entry entry) throws IOException {
    if (entry.beside().run().isPresent()) {
      Run run = entry.beside().run().get();
      out.writeObjectFieldStart("beside");
      out.writeStringField("kind", run.kind().name());
      out.writeNumberField("epoch", run.epoch());
      out.writeStringField("pipeline", run.pipeline().name());
      if (run.stage().isPresent()) {
        out.writeStringField("stage", run.stage().get().toString());
      }
      out.writeNumberField("attempts", run.attempts());
      if (run.backfill().isPresent()) {
        out.writeStringField("backfill", run.backfill().get());
      }
      out.writeEndObject();
    }
    if (entry.beside().superseded().isPresent()) {
      Superseded kept = entry.beside().superseded().get();
      out.writeObjectFieldStart("superseded");
      out.writeNumberField("epoch", kept.publication().epoch());
      out.writeStringField("root", kept.publication().result().manifest().root().toString());
      out.writeStringField("until", kept.until().toString());
      out.writeEndObject();
    }
  }

  private static void failure(JsonGenerator out, Entry entry) throws IOException {
    if (entry.standing().failure().isPresent()) {
      out.writeObjectFieldStart("failure");
      out.writeStringField("code", entry.standing().failure().get().code());
      if (entry.standing().failure().get().stage().isPresent()) {
        out.writeStringField("stage", entry.standing().failure().get().stage().get().toString());
      }
      out.writeStringField("message", entry.standing().failure().get().message());
      out.writeEndObject();
    }
  }

  void row(HistoryRow row) {
    write(
        out -> {
          out.writeStartObject();
          out.writeNumberField("ordinal", row.link().ordinal());
          out.writeStringField("kind", row.step().kind().name());
          out.writeStringField("at", row.step().at().toString());
          if (row.from().isPresent()) {
            out.writeStringField("from", row.from().get().name());
          }
          out.writeStringField("to", row.to().name());
          out.writeStringField("actor", row.note().actor());
          out.writeStringField("detail", row.note().detail());
          out.writeStringField("transition", row.step().transition().value());
          out.writeStringField("previous", row.link().previous().hex());
          out.writeStringField("hash", row.link().hash().hex());
          out.writeEndObject();
        });
  }

  void verification(Verification verification, Optional<Instant> provenAt) {
    write(
        out -> {
          out.writeStringField("sequence", verification.sequence().id().value());
          out.writeStringField("owner", verification.sequence().owner().value());
          out.writeStringField("state", verification.state().name());
          optional(out, "provenAt", provenAt.map(Instant::toString));
          out.writeArrayFieldStart("findings");
          for (Finding finding : verification.findings()) {
            finding(out, finding);
          }
          out.writeEndArray();
        });
  }

  void reverification(Reverification found) {
    Entry after = found.report().after();
    write(
        out -> {
          out.writeStringField("sequence", after.key().id().value());
          out.writeStringField("owner", after.key().owner().value());
          out.writeStringField("outcome", found.outcome().name());
          out.writeStringField("state", after.state().name());
          out.writeBooleanField("committed", found.report().committed());
          optional(out, "provenAt", after.published().map(of -> of.provenAt().toString()));
          out.writeArrayFieldStart("findings");
          for (Finding finding : found.findings()) {
            finding(out, finding);
          }
          out.writeEndArray();
        });
  }

  private static void finding(JsonGenerator out, Finding finding) throws IOException {
    out.writeStartObject();
    out.writeStringField("kind", finding.kind().name());
    out.writeStringField("sequence", finding.sequence().id().value());
    if (finding.item().isPresent()) {
      out.writeStringField("item", finding.item().get().value());
    } else {
      out.writeNullField("item");
    }
    out.writeStringField("expected", finding.expected());
    out.writeStringField("actual", finding.actual());
    out.writeEndObject();
  }

  void auditFinding(AuditFinding finding) {
    write(
        out -> {
          AuditFinding.Subject subject = finding.subject();
          out.writeStartObject();
          out.writeStringField("kind", finding.kind().name());
          optional(out, "sequence", subject.sequence().map(key -> key.id().value()));
          optional(out, "item", subject.item().map(ItemName::value));
          optional(out, "owner", subject.owner().map(OwnerId::value));
          out.writeStringField("place", subject.place().value());
          optional(out, "key", subject.key().map(ContentKey::value));
          optional(out, "since", finding.span().since().map(Instant::toString));
          optional(
              out, "recoverableUntil", finding.span().recoverableUntil().map(Instant::toString));
          out.writeStringField("expected", finding.expected());
          out.writeStringField("actual", finding.actual());
          out.writeStringField("remedy", finding.remedy().name());
          out.writeEndObject();
        });
    flush();
  }

  static void optional(JsonGenerator out, String name, Optional<String> value) throws IOException {
    if (value.isPresent()) {
      out.writeStringField(name, value.get());
    } else {
      out.writeNullField(name);
    }
  }

  void auditReport(AuditReport report) {
    write(
        out -> {
          out.writeBooleanField("complete", report.isComplete());
          out.writeNumberField("sequences", report.looked().sequences());
          out.writeNumberField("objects", report.looked().objects());
          out.writeNumberField("receipts", report.looked().receipts());
          out.writeNumberField("quarantinedKeys", report.quarantined().keys());
          out.writeNumberField("quarantinedBytes", report.quarantined().bytes());
          out.writeNumberField("unreadParts", report.unreadCount());
          out.writeArrayFieldStart("unread");
          for (AuditReport.Unread part : report.unread()) {
            out.writeStartObject();
            out.writeStringField("part", part.part());
            out.writeStringField("why", part.why());
            out.writeEndObject();
          }
          out.writeEndArray();
        });
  }

  void scrubbed(ScrubReport.Sequence sequence) {
    write(
        out -> {
          out.writeStartObject();
          out.writeStringField("sequence", sequence.key().id().value());
          out.writeStringField("owner", sequence.key().owner().value());
          out.writeStringField("state", sequence.state().name());
          out.writeStringField("provenAt", sequence.provenAt().toString());
          out.writeStringField("outcome", sequence.outcome().name());
          out.writeStringField("why", sequence.why());
          out.writeEndObject();
        });
    flush();
  }

  void scrubReport(ScrubReport report) {
    write(
        out -> {
          out.writeBooleanField("complete", report.isComplete());
          out.writeNumberField("proven", report.proven());
          out.writeNumberField("damaged", report.damaged());
          out.writeNumberField("unread", report.unread());
          out.writeNumberField("left", report.left());
          out.writeNumberField("bytes", report.bytes());
        });
  }

  void act(ActReport report, Instant now) {
    write(out -> out.writeBooleanField("committed", report.committed()));
    write(out -> out.writeFieldName("sequence"));
    entry(report.after(), now);
    write(
        out -> {
          out.writeArrayFieldStart("alerts");
          for (AlertRow alert : report.alerts()) {
            out.writeStartObject();
            out.writeStringField("code", alert.group().code());
            out.writeStringField("message", alert.message());
            out.writeEndObject();
          }
          out.writeEndArray();
        });
  }

  void digest(AlertDigest digest) {
    write(
        out -> {
          out.writeStartObject();
          out.writeNumberField("ordinal", digest.ordinal());
          out.writeStringField("sealedAt", digest.sealedAt().toString());
          out.writeArrayFieldStart("lines");
          for (AlertDigest.Line line : digest.lines()) {
            out.writeStartObject();
            out.writeStringField("code", line.group().code());
            out.writeStringField("pipeline", line.group().pipeline());
            out.writeStringField("stage", line.group().stage());
            out.writeNumberField("count", line.count());
            out.writeStringField("message", line.message());
            out.writeArrayFieldStart("samples");
            for (SequenceKey key : line.samples()) {
              out.writeString(key.toString());
            }
            out.writeEndArray();
            out.writeEndObject();
          }
          out.writeEndArray();
          out.writeEndObject();
        });
  }

  void beat(Beat beat, Instant now) {
    write(
        out -> {
          out.writeStartObject();
          out.writeStringField("watcher", beat.watcher());
          if (beat.holder().isPresent()) {
            out.writeStringField("node", beat.holder().get().value());
          }
          out.writeStringField("last", beat.last().toString());
          out.writeNumberField("beats", beat.beats());
          out.writeBooleanField("silent", beat.isSilent(now));
          out.writeEndObject();
        });
  }

  /** What the last audit of the engines came to. */
  void audit(LatestAudit audit) {
    write(
        out -> {
          out.writeObjectFieldStart("lastAudit");
          out.writeStringField("begun", audit.begunAt().toString());
          out.writeStringField("ended", audit.endedAt().toString());
          out.writeBooleanField("complete", audit.unreadCount() == 0);
          out.writeNumberField("sequences", audit.sequences());
          out.writeNumberField("findings", audit.findingCount());
          out.writeEndObject();
        });
  }

  void prospect(Prospect prospect) {
    write(
        out -> {
          out.writeStartObject();
          begin(out, prospect.entry().receipt(), prospect.entry().state());
          out.writeStringField("fate", prospect.fate().name());
          out.writeStringField("because", prospect.because());
          out.writeEndObject();
        });
  }

  /** Ends the object. */
  @Override
  public void close() {
    write(
        generator -> {
          generator.close();
          out.write('\n');
          out.flush();
        });
  }
}
