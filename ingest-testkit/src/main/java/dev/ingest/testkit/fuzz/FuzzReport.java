package dev.ingest.testkit.fuzz;

/**
 * What a run looked at.
 *
 * @param subject the parser's name
 * @param examples how many inputs the corpus has
 * @param inputs how many were tried, the examples included
 * @param accepted how many of them were accepted
 * @param kinds how many kinds of outcomes there were: places of refusal, and sizes of what was
 *     accepted
 * @param mostBytes the most that one of them allocated
 * @param millis the time of a processor that it took
 */
public record FuzzReport(
    String subject,
    int examples,
    long inputs,
    long accepted,
    int kinds,
    long mostBytes,
    long millis) {

  @Override
  public String toString() {
    return "%s: %d examples, %d inputs, %d accepted, %d kinds of outcomes, at most %d bytes, %d ms of a processor"
        .formatted(subject, examples, inputs, accepted, kinds, mostBytes, millis);
  }
}
