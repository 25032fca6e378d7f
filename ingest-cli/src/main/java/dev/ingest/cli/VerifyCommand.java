package dev.ingest.cli;

import dev.ingest.cli.Place.Stores;
import dev.ingest.core.EngineListener;
import dev.ingest.core.Finding;
import dev.ingest.core.Ingest;
import dev.ingest.core.Verification;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Publication;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Reads a sequence back and names what is wrong with it. */
@Command(
    name = "verify",
    description = "Reads raw bytes, result and history back now, and names what is wrong.")
final class VerifyCommand extends EngineCommand {

  @Mixin private Lookup lookup = new Lookup();

  VerifyCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  int perform() {
    try (Stores stores = options().place().open(surroundings().clock());
        Ingest engine = engine(stores, EngineListener.NONE)) {
      Entry entry = lookup.find(stores.ledger().ledger());
      SequenceKey key = entry.key();
      Verification verification =
          engine
              .verify(key)
              .orElseThrow(() -> new UsageException("there is no sequence " + key + " any more"));
      if (options().json()) {
        try (JsonOutput json = new JsonOutput(terminal().out())) {
          json.verification(verification, entry.published().map(Publication::provenAt));
        }
      } else {
        print(verification);
        entry
            .published()
            .ifPresent(
                published ->
                    terminal().say("  its result was proven last " + published.provenAt()));
      }
      int code = exitCode(verification);
      if (code != ExitCodes.DONE) {
        terminal().warn(verification.sequence() + ": " + counted(verification));
      }
      return code;
    }
  }

  private void print(Verification verification) {
    terminal()
        .say(
            "%s %s: %s"
                .formatted(
                    verification.state(),
                    verification.sequence(),
                    verification.isClean()
                        ? "everything was read back and is as it must be"
                        : counted(verification)));
    verification.findings().forEach(finding -> terminal().say(line(finding)));
  }

  static String line(Finding finding) {
    return "%s %s%s: expected %s, got %s"
        .formatted(
            finding.kind(),
            finding.sequence(),
            finding.item().map(item -> " item " + Terminal.quoted(item)).orElse(""),
            finding.expected(),
            finding.actual());
  }

  private static String counted(Verification verification) {
    int count = verification.findings().size();
    return count == 1 ? "1 finding" : count + " findings";
  }

  /** What could not be read says nothing about the rest; what is wrong needs a person. */
  private static int exitCode(Verification verification) {
    if (verification.isClean()) {
      return ExitCodes.DONE;
    }
    boolean onlyUnreadable =
        verification.findings().stream()
            .allMatch(finding -> finding.kind() == Finding.Kind.UNREADABLE);
    return onlyUnreadable ? ExitCodes.UNKNOWN : ExitCodes.NEEDS_PERSON;
  }
}
