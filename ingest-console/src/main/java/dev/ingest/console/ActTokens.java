package dev.ingest.console;

import dev.ingest.spi.SequenceKey;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Tokens in the console's forms, by which it knows its own: made for one actor and one sequence,
 * good for an hour, and for nobody who cannot read the page. Thread-safe.
 *
 * <p>A token is the second it was made in, a point, and the HMAC-SHA256 of that, actor, owner and
 * id under a secret that is as old as the console: a page that was loaded before a restart is
 * loaded again before it acts.
 */
final class ActTokens {

  static final Duration LIFE = Duration.ofHours(1);

  private static final String ALGORITHM = "HmacSHA256";
  private static final Pattern FORM = Pattern.compile("([0-9]{1,18})\\.([A-Za-z0-9_-]{43})");

  private final SecretKeySpec secret;
  private final LongSupplier nanoTime;
  private final long origin;

  /**
   * Creates it.
   *
   * @param secret 32 random bytes
   * @param nanoTime monotonic time, in nanoseconds
   */
  ActTokens(byte[] secret, LongSupplier nanoTime) {
    this.secret = new SecretKeySpec(secret, ALGORITHM);
    this.nanoTime = nanoTime;
    this.origin = nanoTime.getAsLong();
  }

  String make(String actor, SequenceKey key) {
    return token(seconds(), actor, key);
  }

  boolean isGood(String token, String actor, SequenceKey key) {
    var form = FORM.matcher(token);
    if (!form.matches()) {
      return false;
    }
    long made = Long.parseLong(form.group(1));
    long age = seconds() - made;
    return age >= 0
        && age < LIFE.toSeconds()
        && MessageDigest.isEqual(
            token.getBytes(StandardCharsets.US_ASCII),
            token(made, actor, key).getBytes(StandardCharsets.US_ASCII));
  }

  private long seconds() {
    return Duration.ofNanos(nanoTime.getAsLong() - origin).toSeconds();
  }

  private String token(long made, String actor, SequenceKey key) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(secret);
      // Neither an owner nor an id has a line feed, and the actor comes last.
      String signed = "%d\n%s\n%s\n%s".formatted(made, key.owner(), key.id(), actor);
      byte[] code = mac.doFinal(signed.getBytes(StandardCharsets.UTF_8));
      return made + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(code);
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }
}
