package dev.ingest.testkit.fault;

import dev.ingest.spi.OwnerId;
import dev.ingest.spi.ledger.AuditPage;
import dev.ingest.spi.ledger.AuditQuery;
import dev.ingest.spi.ledger.CensusKey;
import dev.ingest.spi.ledger.CensusPage;
import dev.ingest.spi.ledger.CensusQuery;
import dev.ingest.spi.ledger.CensusRecount;
import dev.ingest.spi.ledger.CensusRecountPage;
import dev.ingest.spi.ledger.Holdings;
import dev.ingest.spi.ledger.OwnerUsage;
import dev.ingest.testkit.fault.CallSite.Role;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** What the ledger says it holds, with faults. */
record FaultingHoldings(Holdings holdings, FaultGate gate) implements Holdings {

  @Override
  public AuditPage audit(AuditQuery query) {
    return gate.read(Role.LEDGER, "audit", List.of(query), () -> holdings.audit(query));
  }

  @Override
  public OwnerUsage usage(OwnerId owner) {
    return gate.read(Role.LEDGER, "usage", List.of(owner), () -> holdings.usage(owner));
  }

  @Override
  public CensusPage hourly(CensusQuery query) {
    return gate.read(Role.LEDGER, "hourly", List.of(query), () -> holdings.hourly(query));
  }

  @Override
  public CensusRecountPage recount(CensusQuery query) {
    return gate.read(Role.LEDGER, "recount", List.of(query), () -> holdings.recount(query));
  }

  @Override
  public List<CensusRecount> correct(List<CensusKey> keys) {
    return gate.whole(Role.LEDGER, "correct", () -> holdings.correct(keys));
  }

  @Override
  public Set<String> acceptingPipelines(Instant hour) {
    return gate.read(
        Role.LEDGER, "acceptingPipelines", List.of(hour), () -> holdings.acceptingPipelines(hour));
  }
}
