package dev.ingest.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ingest.cli.Place.Stores;
import dev.ingest.cli.incident.Around;
import dev.ingest.cli.incident.GuardsOff;
import dev.ingest.cli.incident.GuardsOn;
import dev.ingest.cli.incident.Outcome;
import dev.ingest.cli.incident.SharedStores;
import dev.ingest.spi.SequenceKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The loss that the library exists for, replayed with real processes. */
@Command(
    name = "incident-replay",
    description = {
      "Replays the loss that the library exists for: a half-applied deployment stalls six hours of",
      "uploads, and most of the backfill reports success without writing. Once on a plain imitation",
      "of the platform that lost the data, once on the library; three services as real processes.",
      "Without --home it keeps everything in a new temporary directory. Status 1 if something did",
      "not come out as the uploads say that it must."
    })
final class IncidentReplayCommand extends EngineCommand {

  /** Whether the library is in use. */
  enum Guards {
    OFF,
    ON
  }

  @Option(
      names = "--guards",
      paramLabel = "off|on",
      description = "Only the imitation, or only the library (default: one after the other).")
  private @Nullable Guards guards;

  IncidentReplayCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  int perform() throws IOException, InterruptedException {
    Path home = home();
    List<Outcome> outcomes = new ArrayList<>();
    if (guards != Guards.ON) {
      outcomes.add(new GuardsOff(around(home, Guards.OFF)).run());
      say("");
    }
    if (guards != Guards.OFF) {
      outcomes.add(guarded(around(home, Guards.ON)));
      say("");
    }
    boolean isAsExpected = true;
    for (Outcome outcome : outcomes) {
      isAsExpected &= outcome.mismatches().isEmpty();
      outcome.mismatches().forEach(terminal()::warn);
      say(summary(outcome));
    }
    say("everything is in " + home);
    if (options().json()) {
      printJson(outcomes);
    }
    return isAsExpected ? ExitCodes.DONE : ExitCodes.NEEDS_PERSON;
  }

  private Path home() throws IOException {
    if (!options().namesPlace()) {
      return Files.createTempDirectory("ingest-incident-");
    }
    Path home = options().place().home();
    if (home == null) {
      throw new UsageException("the replay makes its own stores: give --home, or nothing");
    }
    for (Guards one : Guards.values()) {
      if (Files.exists(home.resolve(folder(one)))) {
        throw new UsageException(
            home + " holds a replay already; name another directory with --home");
      }
    }
    return home;
  }

  private Around around(Path home, Guards mode) throws IOException {
    Path own = Files.createDirectories(home.resolve(folder(mode)));
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx64m",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            IncidentServiceCommand.NAME,
            "--verbose",
            "--guards",
            mode.name(),
            "--home",
            own.toString());
    return new Around(this::say, surroundings().clock(), own, command);
  }

  private static String folder(Guards mode) {
    return "guards-" + mode.name().toLowerCase(Locale.ROOT);
  }

  private Outcome guarded(Around around) throws IOException, InterruptedException {
    try (Stores stores = IncidentServiceCommand.place(around.home()).create(around.clock())) {
      return GuardsOn.run(
          around,
          new SharedStores(stores.ledger(), stores.content()),
          () -> Accounts.of(stores.ledger().ledger(), Optional.empty(), entry -> {}).line());
    }
  }

  private void printJson(List<Outcome> outcomes) {
    try (JsonOutput json = new JsonOutput(terminal().out())) {
      json.write(
          out -> {
            out.writeArrayFieldStart("replays");
            for (Outcome outcome : outcomes) {
              out.writeStartObject();
              out.writeBooleanField("guards", outcome.guards());
              out.writeNumberField("accepted", outcome.accepted());
              out.writeNumberField("stalled", outcome.stalled());
              keys(out, "leftOut", outcome.leftOut());
              keys(out, "lost", outcome.lost());
              out.writeArrayFieldStart("mismatches");
              for (String mismatch : outcome.mismatches()) {
                out.writeString(mismatch);
              }
              out.writeEndArray();
              out.writeNumberField("seconds", outcome.took().toSeconds());
              out.writeEndObject();
            }
            out.writeEndArray();
          });
    }
  }

  private static void keys(JsonGenerator out, String name, List<SequenceKey> keys)
      throws IOException {
    out.writeArrayFieldStart(name);
    for (SequenceKey key : keys) {
      out.writeString(key.toString());
    }
    out.writeEndArray();
  }

  private static String summary(Outcome outcome) {
    return "guards %-3s  %d accepted, %d stalled, %d left out in silence, %d lost; %d s, %s"
        .formatted(
            outcome.guards() ? "on" : "off",
            outcome.accepted(),
            outcome.stalled(),
            outcome.leftOut().size(),
            outcome.lost().size(),
            outcome.took().toSeconds(),
            outcome.mismatches().isEmpty() ? "as expected" : "NOT AS EXPECTED");
  }

  private void say(String lines) {
    if (!options().json()) {
      terminal().say(lines);
    }
  }
}
