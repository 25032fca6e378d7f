package dev.ingest.cli;

import dev.ingest.console.ConsoleAuthenticator;
import dev.ingest.console.ConsoleRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;

/**
 * Lets one person act who knows a password that is as old as this process, by HTTP's basic scheme.
 *
 * @param actor who that is
 * @param password the password
 */
record SignIn(String actor, String password) implements ConsoleAuthenticator {

  private static final String SCHEME = "Basic ";

  @Override
  public Decision judge(ConsoleRequest request) {
    byte[] expected = (SCHEME + encoded(actor + ":" + password)).getBytes(StandardCharsets.UTF_8);
    boolean known =
        request
            .header("Authorization")
            .map(given -> given.getBytes(StandardCharsets.UTF_8))
            .filter(given -> MessageDigest.isEqual(given, expected))
            .isPresent();
    return known
        ? new Actor(actor)
        : new Refused(
            "sign in with the name and the password that `ingest console` printed",
            Optional.of("Basic realm=\"ingest console\", charset=\"UTF-8\""));
  }

  @Override
  public String toString() {
    return "SignIn[actor=" + actor + "]";
  }

  private static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
