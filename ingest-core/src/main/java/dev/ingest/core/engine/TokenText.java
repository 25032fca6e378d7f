package dev.ingest.core.engine;

import dev.ingest.core.CompletionRefusedException;
import dev.ingest.spi.Digest;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Held;
import dev.ingest.spi.ledger.LeaseToken;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

/**
 * The text of a token by which another system ends a stage: {@code ic1.} and, in URL-safe Base64,
 * owner, sequence, length of the history, incarnation, fence and 128 random bits, a line each.
 *
 * <p>The random bits alone make it an authority. The ledger has the digest of the whole text, in
 * the history row that made the token valid: so nobody can forge one, or change a part of one, by
 * what is in the ledger or its backups, and there is no key that nodes would have to share.
 *
 * @param held the lease that it ends
 * @param after the length of the history before that row, which tells where to look
 * @param text the text
 */
record TokenText(Held held, long after, String text) {

  private static final String FORM = "ic1.";
  private static final int MAX_CHARS = 1_000;
  private static final int FIELDS = 6;
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

  /** Draws a token for the work on an entry. */
  static TokenText draw(Entry entry, LeaseToken lease, LongSupplier randomBits) {
    long after = entry.chain().length();
    String fields =
        String.join(
            "\n",
            entry.key().owner().value(),
            entry.key().id().value(),
            Long.toString(after),
            lease.incarnation().value(),
            Long.toString(lease.fence()),
            "%016x%016x".formatted(randomBits.getAsLong(), randomBits.getAsLong()));
    String text =
        FORM
            + Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(fields.getBytes(StandardCharsets.US_ASCII));
    return new TokenText(new Held(entry.key(), lease), after, text);
  }

  /** Reads a token; that it has the form says nothing about its right. */
  static TokenText parse(String text) {
    if (text.length() > MAX_CHARS || !text.startsWith(FORM)) {
      throw noToken();
    }
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(text.substring(FORM.length()));
      String[] fields = new String(bytes, StandardCharsets.US_ASCII).split("\n", -1);
      if (fields.length != FIELDS) {
        throw noToken();
      }
      SequenceKey key = new SequenceKey(OwnerId.of(fields[0]), SequenceId.of(fields[1]));
      LeaseToken lease = new LeaseToken(new IncarnationId(fields[3]), number(fields[4]));
      return new TokenText(new Held(key, lease), number(fields[2]), text);
    } catch (IllegalArgumentException | InvalidValueException e) {
      // Not as the cause: its message repeats what may be a damaged token.
      throw noToken();
    }
  }

  Digest digest() {
    return Digest.ofUtf8(text);
  }

  private static long number(String digits) {
    if (!NUMBER.matcher(digits).matches()) {
      throw noToken();
    }
    return Long.parseLong(digits);
  }

  private static CompletionRefusedException noToken() {
    return new CompletionRefusedException(
        CompletionRefusedException.Reason.UNKNOWN,
        "this is no token of a stage that completes later; use the whole text of the token, as the"
            + " stage got it");
  }

  @Override
  public String toString() {
    return "token of " + held;
  }
}
