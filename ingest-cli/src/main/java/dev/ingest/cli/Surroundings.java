package dev.ingest.cli;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;

/**
 * What a command has around it, handed in so that tests can hand in others.
 *
 * @param terminal where it prints
 * @param clock the time for adapters without a clock of their own
 * @param random for generated names
 */
record Surroundings(Terminal terminal, InstantSource clock, SecureRandom random) {

  /** Draws hexadecimal digits. */
  String hex(int digits) {
    byte[] bytes = new byte[(digits + 1) / 2];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes).substring(0, digits);
  }
}
