package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.cli.Place.Stores;
import dev.ingest.core.Ingest;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.testkit.fault.CallSite.Role;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingContent;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine of the commands that need the ledger alone. */
class LedgerEngineTest {

  @TempDir private Path temp;

  /** The content opens, lists what it has, and then reads none of it. */
  @Test
  void hold_isPlacedOverADiskThatStopsReading() throws IOException {
    Cli cli = new Cli(temp.resolve("home"));
    Path file = Files.writeString(temp.resolve("good.txt"), "wet road");
    cli.submitAndRun(file, "good", "--pipeline", "copy");
    EngineCommand command = command();
    try (Stores opened = Place.home(cli.home()).open(InstantSource.system());
        Ingest engine = command.ledgerEngine(new Stores(opened.ledger(), sick(opened.content())))) {
      SequenceKey key = SequenceKey.of("local", "good");
      assertTrue(engine.acts("carol", "the disk").hold(key).committed());
    }
    String history = cli.call("history", "good").hasStatus(0).out();
    assertTrue(history.contains("by carol"), history);
  }

  private static ContentAccess sick(ContentAccess access) {
    return new FaultingContent(
            access, call -> call.role() == Role.READ ? new Fault.FailBefore() : new Fault.None())
        .access();
  }

  private static EngineCommand command() {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    Terminal terminal = new Terminal(nowhere, nowhere, false);
    return new EngineCommand(
        new Surroundings(terminal, InstantSource.system(), new SecureRandom())) {
      @Override
      int perform() {
        return ExitCodes.DONE;
      }
    };
  }
}
