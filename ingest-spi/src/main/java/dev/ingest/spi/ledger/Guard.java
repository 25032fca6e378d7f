package dev.ingest.spi.ledger;

import dev.ingest.spi.SessionId;

/**
 * What must be true in the store, at the moment of the commit, for a transition to take effect. A
 * session that is not OPEN, was forgotten, or belongs to another sequence is refused with {@link
 * dev.ingest.spi.Outcome.Reason#SESSION_CLOSED}.
 */
public sealed interface Guard {

  /**
   * The session is OPEN, this is its latest part, and the sequence has no entry; the session
   * becomes ACCEPTED in the same commit.
   *
   * @param session the session
   * @param part the part that asks, 0 or more
   */
  record Accept(SessionId session, int part) implements Guard {

    /**
     * Validates the part.
     *
     * @param session the session
     * @param part the part that asks
     */
    public Accept {
      Names.atLeast(part, 0, "a part");
    }
  }

  /**
   * The session is OPEN, this is its latest part, and the sequence's entry has this version; the
   * session becomes ACCEPTED in the same commit.
   *
   * @param session the session
   * @param part the part that asks, 0 or more
   * @param version the entry's version, 1 or more
   */
  record Readmit(SessionId session, int part, long version) implements Guard {

    /**
     * Validates the numbers.
     *
     * @param session the session
     * @param part the part that asks
     * @param version the entry's version
     */
    public Readmit {
      Names.atLeast(part, 0, "a part");
      Names.atLeast(version, 1, "a version");
    }
  }

  /**
   * The entry has this version.
   *
   * @param version the entry's version, 1 or more
   */
  record AtVersion(long version) implements Guard {

    /**
     * Validates the version.
     *
     * @param version the entry's version
     */
    public AtVersion {
      Names.atLeast(version, 1, "a version");
    }
  }

  /**
   * The entry has this lease token, whether or not the lease has run out by the clock, and this
   * version. Without the token the refusal is {@link dev.ingest.spi.Outcome.Reason#FENCED}; with
   * the token and another version it is {@link dev.ingest.spi.Outcome.Reason#STALE_VERSION}, and
   * the caller decides again on the reread entry.
   *
   * @param token the token
   * @param version the entry's version, 1 or more
   */
  record WithLease(LeaseToken token, long version) implements Guard {

    /**
     * Validates the version.
     *
     * @param token the token
     * @param version the entry's version
     */
    public WithLease {
      Names.atLeast(version, 1, "a version");
    }
  }
}
