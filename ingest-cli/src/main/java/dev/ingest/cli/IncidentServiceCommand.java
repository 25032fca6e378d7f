package dev.ingest.cli;

import dev.ingest.cli.IncidentReplayCommand.Guards;
import dev.ingest.cli.Place.Stores;
import dev.ingest.cli.incident.Release;
import dev.ingest.cli.incident.ReplayService;
import dev.ingest.cli.incident.Role;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** One of the replay's services, which works until its input ends; the replay starts it. */
@Command(
    name = IncidentServiceCommand.NAME,
    hidden = true,
    description = "A service of incident-replay, which works until its input ends.")
final class IncidentServiceCommand extends EngineCommand {

  static final String NAME = "incident-service";

  @Option(names = "--role", required = true, description = "${COMPLETION-CANDIDATES}.")
  private Role role = Role.DECODE;

  @Option(names = "--release", required = true, description = "${COMPLETION-CANDIDATES}.")
  private Release release = Release.GOOD;

  @Option(names = "--guards", required = true, description = "${COMPLETION-CANDIDATES}.")
  private Guards guards = Guards.ON;

  IncidentServiceCommand(Surroundings surroundings) {
    super(surroundings);
  }

  /** Tells where the stores of a replay are. */
  static Place place(Path home) {
    return Place.home(home.resolve("home"));
  }

  @Override
  int perform() throws IOException, InterruptedException {
    Path home = options().place().home();
    if (home == null) {
      throw new UsageException("a service of the replay needs --home");
    }
    ReplayService service = new ReplayService(role, release, home);
    if (guards == Guards.OFF) {
      service.unguarded(surroundings().clock(), System.in);
      return ExitCodes.DONE;
    }
    try (Stores stores = place(home).open(surroundings().clock())) {
      service.guarded(stores.ledger(), stores.content(), System.in);
    }
    return ExitCodes.DONE;
  }
}
