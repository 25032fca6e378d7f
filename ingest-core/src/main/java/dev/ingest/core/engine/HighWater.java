package dev.ingest.core.engine;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerStore;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * How far the ledger had come, kept where a backup of the ledger does not reach: in the content
 * store.
 *
 * <p>A mark is a number and random bits. The ledger's record is written first, then the object
 * {@code ledger/mark/NUMBER}, once. So the store never has a higher mark than the ledger, unless
 * the ledger lost what it knew: a backup came back, or a replica that lagged took over. And the
 * store never has other bits under the ledger's number, unless a copy of the ledger goes on beside
 * it. What was lost since the last mark shows in neither. For one thread.
 */
final class HighWater {

  /** The record that the ledger keeps. */
  static final ControlRecord.Key RECORD = new ControlRecord.Key("binding", "mark");

  private static final ContentPrefix MARKS = KeyLayout.ledger().child("mark");
  private static final String NUMBER = "number";
  private static final String BITS = "bits";
  private static final String CENSUS = "census";

  private final LedgerStore ledger;
  private final ContentStore content;
  private final LongSupplier randomBits;

  HighWater(LedgerStore ledger, ContentStore content, LongSupplier randomBits) {
    this.ledger = ledger;
    this.content = content;
    this.randomBits = randomBits;
  }

  /** The ledger's record; version and number are 0 if there is none. */
  private record Mark(long version, long number, String bits, String census) {

    RecordBody body() {
      return RecordBody.of(RECORD).with(NUMBER, number).with(BITS, bits).with(CENSUS, census);
    }
  }

  /** Tells why the ledger must have lost something; empty if nothing shows it. */
  Optional<String> lag() {
    Mark known = known();
    long stored = newest(known.number());
    // Others may have marked meanwhile, in the ledger first.
    Mark after = known();
    if (stored > after.number()) {
      return Optional.of(
          "%s is at mark %d and %s has mark %d of it: the ledger was restored from a backup, or a"
                  .formatted(ledger.name(), after.number(), content.name(), stored)
              + " replica that lagged took over");
    }
    if (after.number() > 0) {
      ContentKey key = key(after.number());
      if (content.stat(key).isPresent() && !Binding.text(content, key).equals(text(after))) {
        return Optional.of(
            "%s has mark %d of another copy of %s: one of the two was restored, and both are used"
                .formatted(content.name(), after.number(), ledger.name()));
      }
    }
    return Optional.empty();
  }

  /** Marks where the ledger is, if it has moved since the last mark. */
  void mark() {
    Mark known = known();
    if (known.number() > 0 && content.stat(key(known.number())).isEmpty()) {
      // Whoever wrote the record did not come to the object. Another's under this key is a lag.
      put(known);
    }
    Census census = ledger.ledger().census(Optional.empty());
    String counts = census.counts().toString();
    if (known.number() == 0 || !counts.equals(known.census())) {
      write(known, known.number() + 1, counts);
    }
  }

  /** Goes past all marks that the store has, once the lag was dealt with. */
  void pass() {
    Mark known = known();
    write(known, Math.max(known.number(), newest(known.number())) + 1, "");
  }

  private void write(Mark before, long number, String census) {
    Mark next =
        new Mark(before.version() + 1, number, "%016x".formatted(randomBits.getAsLong()), census);
    Outcome outcome = ledger.controls().write(next.body().record(next.version()));
    if (outcome.isApplied()) {
      put(next);
    }
    // Otherwise someone else marks, or nobody knows; the next look finds what is there.
  }

  private void put(Mark mark) {
    Binding.put(content, key(mark.number()), text(mark));
  }

  private static String text(Mark mark) {
    return RecordBody.of(RECORD)
        .with(NUMBER, mark.number())
        .with(BITS, mark.bits())
        .record(1)
        .body();
  }

  private long newest(long after) {
    Optional<ContentKey> last = after == 0 ? Optional.empty() : Optional.of(key(after));
    long newest = 0;
    boolean more = true;
    while (more) {
      var page = content.list(MARKS, last, ContentStore.MAX_PAGE);
      List<ContentStat> entries = page.entries();
      if (!entries.isEmpty()) {
        ContentKey key = entries.get(entries.size() - 1).key();
        newest = Long.parseLong(MARKS.relative(key));
        last = Optional.of(key);
      }
      more = page.more() && !entries.isEmpty();
    }
    return newest;
  }

  private static ContentKey key(long number) {
    return MARKS.key(String.format(Locale.ROOT, "%012d", number));
  }

  private Mark known() {
    return ledger
        .controls()
        .read(RECORD)
        .map(
            record -> {
              RecordBody body = RecordBody.parse(record);
              return new Mark(
                  record.version(), body.number(NUMBER), body.text(BITS), body.text(CENSUS));
            })
        .orElseGet(() -> new Mark(0, 0, "", ""));
  }
}
