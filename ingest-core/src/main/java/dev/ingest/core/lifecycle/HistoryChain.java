package dev.ingest.core.lifecycle;

import dev.ingest.spi.Digest;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.TransitionId;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.HistoryRow.Link;
import dev.ingest.spi.ledger.HistoryRow.Note;
import dev.ingest.spi.ledger.HistoryRow.Step;
import dev.ingest.spi.ledger.State;
import dev.ingest.spi.ledger.Transition;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The hash chain of a sequence's history, version 1.
 *
 * <p>A row's hash is the SHA-256 of these fields, each written as its length in bytes of UTF-8, a
 * colon, its text and a line feed: {@code ingest-history-1}, owner, sequence id, ordinal,
 * transition id, kind, time in milliseconds since 1970, state before (empty in the first row),
 * state after, actor, detail, and the hash of the row before in hexadecimal (64 zeros for the
 * first). Lengths keep fields apart whatever text they hold. The entry keeps length and head of the
 * chain, so truncation shows too.
 */
public final class HistoryChain {

  private static final String FORMAT = "ingest-history-1";
  private static final int USUAL_BYTES = 512;

  private HistoryChain() {}

  /**
   * Makes the transition that a decision asks for, with its row linked to the chain.
   *
   * @param change the decision
   * @param guard what must be true at the commit
   * @param from the state before; empty for an acceptance
   * @param id the transition's id
   * @param at the decision's time, by the ledger's clock
   * @param node who decided, where the decision does not name someone
   * @return the transition
   */
  public static Transition link(
      Decision.Change change,
      Guard guard,
      Optional<State> from,
      TransitionId id,
      Instant at,
      String node) {
    Entry after = change.after();
    Note said = change.note();
    Note note = said.actor().isEmpty() ? new Note(node, said.detail()) : said;
    Step step = new Step(id, change.kind(), at);
    long ordinal = after.chain().length() + 1;
    Digest previous = after.chain().head();
    Digest hash = hash(after.key(), step, from, after.state(), note, ordinal, previous);
    HistoryRow row =
        new HistoryRow(
            after.key(), step, from, after.state(), note, new Link(ordinal, previous, hash));
    Entry linked = after.withChain(new ChainHead(ordinal, hash));
    return new Transition(guard, linked, change.lease(), row, change.alerts());
  }

  /**
   * Checks one row against the head that it must follow.
   *
   * @param row the row
   * @param before the chain before it
   * @return the chain after it, or empty if the row is missing a predecessor, altered or reordered
   */
  public static Optional<ChainHead> follow(HistoryRow row, ChainHead before) {
    Link link = row.link();
    boolean follows =
        link.ordinal() == before.length() + 1
            && link.previous().equals(before.head())
            && link.hash()
                .equals(
                    hash(
                        row.key(),
                        row.step(),
                        row.from(),
                        row.to(),
                        row.note(),
                        link.ordinal(),
                        link.previous()));
    return follows ? Optional.of(new ChainHead(link.ordinal(), link.hash())) : Optional.empty();
  }

  private static Digest hash(
      SequenceKey key,
      Step step,
      Optional<State> from,
      State to,
      Note note,
      long ordinal,
      Digest previous) {
    // Handed over at once: a digest takes longer over many small pieces than over all of them.
    ByteArrayOutputStream fed = new ByteArrayOutputStream(USUAL_BYTES);
    for (String field :
        List.of(
            FORMAT,
            key.owner().value(),
            key.id().value(),
            Long.toString(ordinal),
            step.transition().value(),
            step.kind().name(),
            Long.toString(step.at().toEpochMilli()),
            from.map(State::name).orElse(""),
            to.name(),
            note.actor(),
            note.detail(),
            previous.hex())) {
      byte[] bytes = field.getBytes(StandardCharsets.UTF_8);
      fed.writeBytes((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
      fed.writeBytes(bytes);
      fed.write('\n');
    }
    return Digest.of(fed.toByteArray());
  }
}
