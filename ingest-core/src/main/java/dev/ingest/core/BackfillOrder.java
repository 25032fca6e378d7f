package dev.ingest.core;

import dev.ingest.core.report.IncidentQuery;
import dev.ingest.core.report.Reporting;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.InvalidValueException.Kind;
import dev.ingest.spi.SequenceKey;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What a backfill is to do: for which sequences, on which pipelines, how fast.
 *
 * <p>What the ledger cannot tell of, such as the node version where older history was dropped,
 * counts as selected: running once more what was well costs work, leaving out what was not costs
 * bytes.
 *
 * @param query which sequences; every condition must hold
 * @param among only these, at most {@link Reporting#MAX_AMONG}; those that the ledger does not know
 *     are named as unrecoverable
 * @param weights the share of each pipeline by its name, 0 or more, at most {@value
 *     #MAX_PIPELINES}, not all of them 0; empty to leave each sequence on its own pipeline. Which
 *     sequence goes where depends on its key and the backfill's name alone
 * @param pace how fast
 */
public record BackfillOrder(
    IncidentQuery query,
    Optional<SortedSet<SequenceKey>> among,
    SortedMap<String, Integer> weights,
    BackfillPace pace) {

  /** The most pipelines of a split. */
  public static final int MAX_PIPELINES = 8;

  private static final Pattern PIPELINE = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

  /**
   * Copies the collections and validates the weights.
   *
   * @param query which sequences
   * @param among only these
   * @param weights the share of each pipeline
   * @param pace how fast
   */
  public BackfillOrder {
    among = among.map(keys -> Collections.unmodifiableSortedSet(new TreeSet<>(keys)));
    if (among.filter(keys -> keys.size() > Reporting.MAX_AMONG).isPresent()) {
      throw new InvalidValueException(
          Kind.NUMBER,
          Integer.toString(among.get().size()),
          "a backfill takes 100,000 given sequences at most; select more by a query");
    }
    weights = Collections.unmodifiableSortedMap(new TreeMap<>(weights));
    boolean isSplit = weights.values().stream().anyMatch(weight -> weight > 0);
    if (weights.size() > MAX_PIPELINES
        || weights.values().stream().anyMatch(weight -> weight < 0)
        || isSplit == weights.isEmpty()) {
      throw new InvalidValueException(
          Kind.NUMBER,
          weights.toString(),
          "weights are 0 or more, for 8 pipelines at most, and one of them is not 0");
    }
    for (String pipeline : weights.keySet()) {
      if (!PIPELINE.matcher(pipeline).matches()) {
        throw new InvalidValueException(
            Kind.IDENTIFIER,
            pipeline,
            "weights are for pipelines, of 1 to 64 lower-case letters, digits or . _ -, starting"
                + " with a letter or digit");
      }
    }
  }

  /**
   * Orders what a query selects to be run again, each on its own pipeline, at the default pace.
   *
   * @param query which sequences
   * @return the order
   */
  public static BackfillOrder of(IncidentQuery query) {
    return new BackfillOrder(
        query, Optional.empty(), Collections.emptySortedMap(), BackfillPace.DEFAULT);
  }

  /**
   * Copies with the sequences to choose among.
   *
   * @param keys the sequences
   * @return the copy
   */
  public BackfillOrder among(SortedSet<SequenceKey> keys) {
    return new BackfillOrder(query, Optional.of(keys), weights, pace);
  }

  /**
   * Copies with a split.
   *
   * @param shares the share of each pipeline
   * @return the copy
   */
  public BackfillOrder split(Map<String, Integer> shares) {
    return new BackfillOrder(query, among, new TreeMap<>(shares), pace);
  }

  /**
   * Copies with a pace.
   *
   * @param changed how fast
   * @return the copy
   */
  public BackfillOrder at(BackfillPace changed) {
    return new BackfillOrder(query, among, weights, changed);
  }
}
