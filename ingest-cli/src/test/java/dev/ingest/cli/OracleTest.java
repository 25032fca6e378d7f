package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.cli.Place.Stores;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.testkit.Bodies;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The judge of the kill loop refuses what it is there for, on every pair of stores alike. */
@Timeout(600)
@Tag("programme")
final class OracleTest {

  @TempDir private Path temp;

  /** On one sequence, as in a round in which nobody is killed; it gets worse step by step. */
  @ParameterizedTest
  @EnumSource(Backend.Kind.class)
  void whatWasPromised_isKeptOrRefused(Backend.Kind kind) throws Exception {
    Path input = Files.createDirectory(temp.resolve("seq-000"));
    Files.writeString(input.resolve("a.txt"), "sequence 0");
    Files.writeString(input.resolve("b.txt"), "more of sequence 0");
    try (Backend backend = Backend.make(kind, temp)) {
      String receipt = call(backend, "submit", input.toString(), "--id", "seq-000");
      String work = call(backend, "run", "--until-idle");

      Oracle kept = oracle(backend, input, receipt, work);
      kept.judge();
      assertEquals(
          "1 receipts printed, 1 accepted, all verified, 0 uploads resumed", kept.toString());

      assertRefused(
          oracle(backend, input, receipt.replace("seq-000", "seq-001"), work),
          "the receipt of local/seq-001 was printed and the ledger has none");
      assertRefused(oracle(backend, input, receipt, work, work), "local/seq-000 announced twice");

      ContentKey stray = Bodies.key("stray");
      try (Stores stores = backend.place().open(InstantSource.system())) {
        Bodies.store(stores.content().store(), stray, new byte[] {1});
      }
      assertRefused(oracle(backend, input, receipt, work), "stray key " + stray);

      String result = call(backend, "cat", "seq-000", "a.txt.json");
      backend.flip("run", result.getBytes(StandardCharsets.UTF_8));
      assertRefused(oracle(backend, input, receipt, work), "local/seq-000 ==> expected: <[]>");
    }
  }

  private static Oracle oracle(Backend backend, Path input, String... printed) {
    Oracle oracle = new Oracle(backend, List.of(input));
    Arrays.stream(printed).forEach(text -> oracle.heard(text.lines().toList()));
    return oracle;
  }

  private static void assertRefused(Oracle oracle, String why) {
    AssertionError refused = assertThrows(AssertionError.class, oracle::judge);
    assertTrue(String.valueOf(refused.getMessage()).startsWith(why), refused::getMessage);
  }

  private static String call(Backend backend, String... args) {
    return backend.call(args).hasStatus(0).out();
  }
}
