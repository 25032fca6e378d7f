package dev.ingest.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ingest.cli.Place.Stores;
import dev.ingest.core.LastWord;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AlertOutbox;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows what was told, with every word of it. */
@Command(
    name = "alerts",
    description = {
      "Shows the last digests of alerts, the oldest first, whole: codes, counts, ids and messages.",
      "Status 1 if alerts wait that no sink has taken, and no process is there that tells of them."
    })
final class AlertsCommand extends EngineCommand {

  private static final int USUAL = 20;

  @Option(
      names = "--last",
      paramLabel = "N",
      description = {
        "How many digests that tell something, 1 to 1000 (default: 20); looks at the newest 1,000."
      })
  private @Nullable Integer last;

  @Option(
      names = "--digest",
      paramLabel = "ORDINAL",
      description = "This one alone, of the newest 1,000.")
  private @Nullable Long ordinal;

  AlertsCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  int perform() {
    int most = last == null ? USUAL : last;
    if (most < 1 || most > AlertOutbox.MAX_UNSENT || (last != null && ordinal != null)) {
      throw new UsageException("--last takes 1 to 1000, and does not go with --digest");
    }
    try (Stores stores = options().place().openLedger(surroundings().clock(), terminal())) {
      AlertOutbox alerts = stores.ledger().alerts();
      List<AlertDigest> chosen = chosen(alerts.latest(AlertOutbox.MAX_UNSENT), most);
      long firstUnsent = alerts.unsent(1).stream().findFirst().map(AlertDigest::ordinal).orElse(0L);
      long ungathered = alerts.pending();
      if (options().json()) {
        asJson(chosen, firstUnsent, ungathered);
      } else {
        chosen.forEach(digest -> terminal().say(text(digest, firstUnsent)));
      }
      return stores.ended(
          !LastWord.isAnyTelling(stores.ledger())
                  && LastWord.isAlertWaiting(stores.ledger())
                  && warned(firstUnsent, ungathered)
              ? ExitCodes.NEEDS_PERSON
              : ExitCodes.DONE);
    }
  }

  private List<AlertDigest> chosen(List<AlertDigest> newestFirst, int most) {
    List<AlertDigest> chosen =
        new ArrayList<>(
            newestFirst.stream()
                .filter(
                    digest ->
                        ordinal == null ? !digest.lines().isEmpty() : digest.ordinal() == ordinal)
                .limit(most)
                .toList());
    if (ordinal != null && chosen.isEmpty()) {
      throw new UsageException(
          newestFirst.isEmpty()
              ? "there is no digest yet"
              : "digest %d is not among the last, %d to %d"
                  .formatted(
                      ordinal,
                      newestFirst.get(newestFirst.size() - 1).ordinal(),
                      newestFirst.get(0).ordinal()));
    }
    Collections.reverse(chosen);
    return chosen;
  }

  private static boolean isUnsent(AlertDigest digest, long firstUnsent) {
    return firstUnsent > 0 && digest.ordinal() >= firstUnsent;
  }

  private static String text(AlertDigest digest, long firstUnsent) {
    return "#%d %s%s"
            .formatted(
                digest.ordinal(),
                digest.sealedAt(),
                isUnsent(digest, firstUnsent) ? "  taken by no sink yet" : "")
        + digest.lines().stream().map(AlertsCommand::text).collect(Collectors.joining());
  }

  private static String text(AlertDigest.Line line) {
    String about =
        List.of(line.group().pipeline(), line.group().stage(), line.group().nodeVersion()).stream()
            .filter(part -> !part.isEmpty())
            .map(part -> " " + part)
            .collect(Collectors.joining());
    String ids = line.samples().stream().map(Object::toString).collect(Collectors.joining(", "));
    return "\n  "
        + Terminal.line(
            "%s ×%d%s, %s to %s"
                .formatted(line.group().code(), line.count(), about, line.first(), line.last()))
        + (ids.isEmpty() ? "" : "\n    of " + Terminal.line(ids))
        + (line.message().isEmpty() ? "" : "\n    " + Terminal.line(line.message()));
  }

  private void asJson(List<AlertDigest> chosen, long firstUnsent, long ungathered) {
    try (JsonOutput json = new JsonOutput(terminal().out())) {
      json.write(out -> out.writeArrayFieldStart("digests"));
      chosen.forEach(json::digest);
      json.write(JsonGenerator::writeEndArray);
      json.write(
          out -> {
            if (firstUnsent > 0) {
              out.writeNumberField("unsentFrom", firstUnsent);
            }
            out.writeNumberField("pending", ungathered);
          });
    }
  }

  private boolean warned(long firstUnsent, long ungathered) {
    if (firstUnsent > 0) {
      terminal().warn("no sink has taken digest %d, nor any behind it".formatted(firstUnsent));
    }
    if (ungathered > 0) {
      terminal().warn("%d alerts wait for a process that watches".formatted(ungathered));
    }
    return firstUnsent > 0 || ungathered > 0;
  }
}
