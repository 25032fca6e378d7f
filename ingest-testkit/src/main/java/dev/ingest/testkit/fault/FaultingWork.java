package dev.ingest.testkit.fault;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.ledger.ClaimRequest;
import dev.ingest.spi.ledger.Claimed;
import dev.ingest.spi.ledger.Held;
import dev.ingest.spi.ledger.WorkQueue;
import dev.ingest.testkit.fault.CallSite.Role;
import java.time.Duration;
import java.util.List;

/** The leases, with faults. A torn claim grants fewer leases than asked for and tells of none. */
record FaultingWork(WorkQueue work, FaultGate gate) implements WorkQueue {

  @Override
  public List<Claimed> claim(ClaimRequest request) {
    return gate.batch(
        Role.WORK,
        "claim",
        () -> work.claim(request),
        kept -> {
          if (kept > 0) {
            work.claim(fewer(request, kept));
          }
        });
  }

  private static ClaimRequest fewer(ClaimRequest request, int kept) {
    return new ClaimRequest(
        request.node(),
        request.nodeVersion(),
        request.work(),
        Math.min(kept, request.limit()),
        request.lease());
  }

  @Override
  public List<Outcome> renew(List<Held> held, Duration lease) {
    return gate.batch(
        Role.WORK,
        "renew",
        () -> work.renew(held, lease),
        kept -> work.renew(FaultGate.first(held, kept), lease));
  }

  @Override
  public List<Outcome> handBack(List<Held> held) {
    return gate.batch(
        Role.WORK,
        "handBack",
        () -> work.handBack(held),
        kept -> work.handBack(FaultGate.first(held, kept)));
  }

  @Override
  public Subscription onArrival(Runnable hint) {
    return work.onArrival(hint);
  }
}
