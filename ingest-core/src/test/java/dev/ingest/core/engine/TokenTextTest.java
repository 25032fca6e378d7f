package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ingest.core.CompletionRefusedException;
import dev.ingest.spi.Digest;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Held;
import dev.ingest.spi.ledger.LeaseToken;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The text of a token by which another system ends a stage. */
final class TokenTextTest {

  private final Bench bench = new Bench();
  private final Entry entry;
  private final LeaseToken lease = new LeaseToken(IncarnationId.ofBits(7, 7), 3);
  private long bits;

  TokenTextTest() {
    Bench.submit(bench.engine(Bench.copying()), Bench.RIDE, "a", "x");
    entry = bench.entry(Bench.RIDE);
  }

  private TokenText draw() {
    return TokenText.draw(entry, lease, () -> ++bits);
  }

  private static String token(String... fields) {
    return "ic1."
        + Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(String.join("\n", fields).getBytes(StandardCharsets.US_ASCII));
  }

  private static void assertNone(String text) {
    CompletionRefusedException refused =
        assertThrows(CompletionRefusedException.class, () -> TokenText.parse(text), text);
    assertEquals(CompletionRefusedException.Reason.UNKNOWN, refused.reason());
    assertEquals(null, refused.getCause());
  }

  @Test
  void token_saysWhatItEndsAndWhereThatIsInTheHistory() {
    TokenText drawn = draw();
    TokenText parsed = TokenText.parse(drawn.text());
    assertEquals(drawn, parsed);
    assertEquals(entry.chain().length(), parsed.after());
    assertEquals(new Held(Bench.RIDE, lease), parsed.held());
    assertEquals(Digest.ofUtf8(drawn.text()), drawn.digest());
    assertNotEquals(drawn.text(), draw().text(), "each is drawn");
    assertFalse(drawn.toString().contains(drawn.text()), "no line of a log has its authority");
  }

  @Test
  void whatIsNoToken_isRefused() {
    String life = lease.incarnation().value();
    String last = "0".repeat(32);
    assertEquals(
        3, TokenText.parse(token("alice", "ride", "1", life, "3", last)).held().token().fence());
    for (String number : List.of("", "-1", "x", "9".repeat(19))) {
      assertNone(token("alice", "ride", number, life, "3", last));
      assertNone(token("alice", "ride", "1", life, number, last));
    }
    assertNone(token("alice", "ride", "1", life, "3"));
    assertNone(token("alice", "ride", "1", life, "3", last, ""));
    assertNone(token("", "ride", "1", life, "3", last));
    assertNone(token("alice", "ride", "1", "life", "3", last));
    assertNone("");
    assertNone("ic2." + draw().text().substring(4));
    assertNone(draw().text() + "=!");
    // As many as make 1,000 characters.
    int left = 747 - String.join("\n", "alice", "ride", "1", life, "3", "").length();
    String longest = token("alice", "ride", "1", life, "3", "0".repeat(left));
    assertEquals(longest, TokenText.parse(longest).text());
    assertNone(token("alice", "ride", "1", life, "3", "0".repeat(left + 1)));
  }
}
