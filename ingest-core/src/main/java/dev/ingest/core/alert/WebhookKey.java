package dev.ingest.core.alert;

import dev.ingest.core.ConfigurationException;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret with which a webhook's messages are signed, so that the receiver can tell who sent
 * them. Immutable; never printed.
 */
public final class WebhookKey {

  private static final int MIN_BYTES = 16;
  private static final String ALGORITHM = "HmacSHA256";

  private final SecretKeySpec key;

  private WebhookKey(byte[] secret) {
    if (secret.length < MIN_BYTES) {
      throw new ConfigurationException(
          "a webhook's secret has at least %d bytes, this one has %d; draw 32 random ones"
              .formatted(MIN_BYTES, secret.length));
    }
    this.key = new SecretKeySpec(secret, ALGORITHM);
  }

  /**
   * Takes a secret.
   *
   * @param secret at least 16 bytes; copied
   * @return the key
   * @throws ConfigurationException if it is shorter
   */
  public static WebhookKey of(byte[] secret) {
    return new WebhookKey(secret);
  }

  /**
   * Takes a secret as text, of which the UTF-8 bytes are used.
   *
   * @param secret at least 16 bytes in UTF-8
   * @return the key
   * @throws ConfigurationException if it is shorter
   */
  public static WebhookKey of(String secret) {
    return new WebhookKey(secret.getBytes(StandardCharsets.UTF_8));
  }

  /** Computes the HMAC-SHA256 of the time, a full stop and the body, in lower-case hex digits. */
  String sign(long unixSeconds, byte[] body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update((unixSeconds + ".").getBytes(StandardCharsets.US_ASCII));
      return HexFormat.of().formatHex(mac.doFinal(body));
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }

  @Override
  public String toString() {
    return "webhook key";
  }
}
