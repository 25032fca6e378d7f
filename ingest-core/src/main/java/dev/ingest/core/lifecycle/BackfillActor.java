package dev.ingest.core.lifecycle;

import java.util.Optional;

/** The actor of everything that a backfill does, which no person can be. */
public final class BackfillActor {

  /** What it begins with; the backfill's name follows. */
  public static final String PREFIX = "backfill/";

  private BackfillActor() {}

  /**
   * Returns the actor of a backfill.
   *
   * @param name the backfill's name
   * @return the actor
   */
  public static String of(String name) {
    return PREFIX + name;
  }

  /**
   * Tells whether an actor is a backfill.
   *
   * @param actor who did or ordered something
   * @return whether it was no person
   */
  public static boolean is(String actor) {
    return actor.startsWith(PREFIX);
  }

  /**
   * Tells which backfill an actor is.
   *
   * @param actor who did or ordered something
   * @return the backfill's name, or none if it was a person
   */
  public static Optional<String> name(String actor) {
    return is(actor) ? Optional.of(actor.substring(PREFIX.length())) : Optional.empty();
  }
}
