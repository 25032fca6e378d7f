package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PolicyCommandTest {

  @TempDir private Path temp;

  @Test
  void policyThatTheLedgerKeeps_isChangedOnTheRecordAlone() throws IOException {
    Path file = Files.writeString(temp.resolve("good.txt"), "wet road");
    Cli cli = new Cli(temp.resolve("home"));
    cli.call("submit", file.toString(), "--id", "good", "--pipeline", "copy").hasStatus(0);
    cli.call("run", "--until-idle", "--grace", "2d").hasStatus(0);
    cli.call("expire", "--dry-run", "--grace", "1d").hasStatus(0);
    Cli.Result refused = cli.call("run", "--until-idle", "--grace", "1d");
    assertNotEquals(0, refused.status());
    assertTrue(refused.err().contains("grace PT24H"), refused.err());
    assertTrue(refused.err().contains("grace PT48H"), refused.err());
    cli.call("confirm", "policy", "--grace", "1d").hasStatus(2);
    String[] change = {
      "confirm", "policy", "--grace", "1d", "--actor", "carol", "--reason", "the law"
    };
    cli.call(change).hasStatus(0);
    cli.call("run", "--until-idle", "--grace", "1d").hasStatus(0);
    cli.call("run", "--until-idle").hasStatus(0);
    String kept = cli.call("confirmations", "--json").hasStatus(0).out();
    assertTrue(kept.contains("EXPIRY_POLICY") && kept.contains("before: grace PT48H"), kept);
    assertEquals(
        2, cli.call("confirm", "time", "--grace", "1d", "--actor", "a", "--reason", "b").status());
  }
}
