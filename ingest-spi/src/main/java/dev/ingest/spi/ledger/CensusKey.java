package dev.ingest.spi.ledger;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.OwnerId;
import java.time.Instant;
import java.util.Comparator;

/**
 * What an hourly census is kept by. Its order is that of the hours, then the pipelines, then the
 * owners.
 *
 * @param hour when the hour of acceptance begins, in UTC
 * @param pipeline the name of the pipeline of the primary run
 * @param owner whose sequences these are
 */
public record CensusKey(Instant hour, String pipeline, OwnerId owner)
    implements Comparable<CensusKey> {

  private static final long SECONDS = 3_600;

  private static final Comparator<CensusKey> ORDER =
      Comparator.comparing(CensusKey::hour)
          .thenComparing(CensusKey::pipeline)
          .thenComparing(key -> key.owner().value());

  /**
   * Refuses what is no beginning of an hour.
   *
   * @param hour when the hour of acceptance begins
   * @param pipeline the name of the pipeline of the primary run
   * @param owner whose sequences these are
   */
  public CensusKey {
    if (!hour.equals(hourOf(hour))) {
      throw new InvalidValueException(Kind.NUMBER, hour.toString(), "an hour begins at minute 0");
    }
  }

  /**
   * Tells under what a sequence is counted: what its receipt and its run say now. A re-upload that
   * accepts it anew moves it to another hour, and a redrive may move it to another pipeline.
   *
   * @param entry the entry
   * @return the key
   */
  public static CensusKey of(Entry entry) {
    return new CensusKey(
        hourOf(entry.receipt().acceptedAt()), entry.run().pipeline().name(), entry.key().owner());
  }

  /**
   * Numbers hours.
   *
   * @param number hours since 1970 in UTC
   * @param pipeline the name of the pipeline
   * @param owner the owner
   * @return the key
   */
  public static CensusKey ofHour(long number, String pipeline, OwnerId owner) {
    return new CensusKey(Instant.ofEpochSecond(number * SECONDS), pipeline, owner);
  }

  /**
   * Tells when the hour of a time begins.
   *
   * @param time the time
   * @return the latest full hour in UTC that is not after it
   */
  public static Instant hourOf(Instant time) {
    return Instant.ofEpochSecond(Math.floorDiv(time.getEpochSecond(), SECONDS) * SECONDS);
  }

  /**
   * Numbers the hour.
   *
   * @return hours since 1970 in UTC
   */
  public long number() {
    return hour.getEpochSecond() / SECONDS;
  }

  @Override
  public int compareTo(CensusKey other) {
    return ORDER.compare(this, other);
  }
}
