package dev.ingest.core.engine;

import dev.ingest.core.Confirmation;
import dev.ingest.core.ExpiryPolicy;
import dev.ingest.core.ExpiryPolicy.Unproven;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.spi.ledger.LedgerStore;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The expiry policy that all nodes of a ledger go by: a control record, written by the first engine
 * that is built with a policy of its own, and changed by a person's act alone. The rate is each
 * node's own, since it decides nothing. Thread-safe.
 */
public final class KeptPolicy {

  /** The record that the ledger keeps. */
  static final ControlRecord.Key RECORD = new ControlRecord.Key("policy", "expiry");

  private static final String GRACE = "grace";
  private static final String PROOF_AGE = "proof-age";
  private static final String LEADS = "leads";
  private static final String UNPROVEN = "unproven";
  private static final String QUARANTINE = "quarantine";

  private final LedgerStore ledger;

  /**
   * Creates a view of a ledger's policy. Does no I/O.
   *
   * @param ledger the ledger
   */
  public KeptPolicy(LedgerStore ledger) {
    this.ledger = ledger;
  }

  /**
   * Reads the policy.
   *
   * @return the policy, with the default rate; empty if none is kept yet
   */
  public Optional<ExpiryPolicy> find() {
    return ledger.controls().read(RECORD).map(KeptPolicy::parse);
  }

  /**
   * Tells how a node's policy differs from the ledger's.
   *
   * @param own the node's
   * @return what each of them is and what to do; empty if they agree, or none is kept yet
   */
  public Optional<String> mismatch(ExpiryPolicy own) {
    return mismatch(find(), own);
  }

  private Optional<String> mismatch(Optional<ExpiryPolicy> known, ExpiryPolicy own) {
    return known
        .filter(kept -> !kept.withPerSecond(own.perSecond()).equals(own))
        .map(
            kept ->
                ("the expiry policy of this engine is %s, that of ledger %s is %s: build it with"
                        + " the ledger's or with none, or change the ledger's for all nodes (confirm"
                        + " policy)")
                    .formatted(describe(own), ledger.name(), describe(kept)));
  }

  /**
   * Keeps a policy if none is kept yet.
   *
   * @param own the policy
   * @return as {@link #mismatch}
   */
  public Optional<String> settle(ExpiryPolicy own) {
    Optional<ExpiryPolicy> known = find();
    if (known.isPresent()) {
      return mismatch(known, own);
    }
    // Should someone else be first, the comparison tells.
    Confirmations.requireKnown(
        ledger.controls().write(body(own).record(1)),
        "keeping the expiry policy of " + ledger.name());
    return mismatch(own);
  }

  /**
   * Changes the policy for all nodes.
   *
   * @param by who and why
   * @param next the policy from now on
   * @param salt random bits, for the name of the record of it
   */
  void change(Act by, ExpiryPolicy next, long salt) {
    String before = find().map(KeptPolicy::describe).orElse("none");
    Confirmations.keep(
        ledger,
        salt,
        Confirmation.Subject.EXPIRY_POLICY,
        describe(next) + "; before: " + before,
        by);
    long version = ledger.controls().read(RECORD).map(ControlRecord::version).orElse(0L);
    Outcome written = ledger.controls().write(body(next).record(version + 1));
    Confirmations.requireApplied(written, "the expiry policy of " + ledger.name());
  }

  /**
   * Describes what counts of a policy.
   *
   * @param policy the policy
   * @return one line
   */
  public static String describe(ExpiryPolicy policy) {
    return "grace %s, proofs of %s at most, leads %s, %s, quarantine %s"
        .formatted(
            policy.grace(),
            policy.maxProofAge(),
            policy.leads(),
            policy.unproven(),
            policy.quarantine());
  }

  static RecordBody body(ExpiryPolicy policy) {
    return RecordBody.of(RECORD)
        .with(GRACE, policy.grace().toString())
        .with(PROOF_AGE, policy.maxProofAge().toString())
        .with(
            LEADS, policy.leads().stream().map(Duration::toString).collect(Collectors.joining(",")))
        .with(UNPROVEN, policy.unproven().name())
        .with(QUARANTINE, policy.quarantine().toString());
  }

  static ExpiryPolicy parse(ControlRecord record) {
    return RecordBody.read(record, KeptPolicy::policy);
  }

  private static ExpiryPolicy policy(RecordBody body) {
    List<Duration> leads =
        Arrays.stream(body.text(LEADS).split(",", -1)).map(Duration::parse).toList();
    return new ExpiryPolicy(
        Duration.parse(body.text(GRACE)),
        Duration.parse(body.text(PROOF_AGE)),
        leads,
        Unproven.valueOf(body.text(UNPROVEN)),
        ExpiryPolicy.DEFAULT.perSecond(),
        Duration.parse(body.text(QUARANTINE)));
  }
}
