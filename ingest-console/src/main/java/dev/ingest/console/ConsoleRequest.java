package dev.ingest.console;

import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A request, whichever server took it.
 *
 * @param method such as {@code GET}
 * @param path below where the console is, beginning with {@code /}, decoded
 * @param query what follows {@code ?}, not decoded; empty without one
 * @param headers returns all values of a header, whatever the case of its name
 * @param user who the container says it is, if it knows
 * @param body the body; not read by an authenticator
 */
public record ConsoleRequest(
    String method,
    String path,
    String query,
    Function<String, List<String>> headers,
    Optional<String> user,
    InputStream body) {

  /**
   * Returns a header that must not be there twice.
   *
   * @param name its name
   * @return its value; empty if there is none, or more than one
   */
  public Optional<String> header(String name) {
    List<String> values = headers.apply(name);
    return values.size() == 1 ? Optional.of(values.get(0)) : Optional.empty();
  }
}
