package dev.ingest.core;

import java.time.Instant;

/**
 * The right to end one attempt of one stage, for another system. Whoever has the text has the
 * right: pass it on as a password. Printed without it.
 *
 * @param text at most 1,000 characters: letters, digits and {@code . _ -}
 * @param until by when the stage is to be ended, by the ledger's clock
 */
public record CompletionToken(String text, Instant until) {

  @Override
  public String toString() {
    return "completion token until " + until;
  }
}
