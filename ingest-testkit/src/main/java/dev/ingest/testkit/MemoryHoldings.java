package dev.ingest.testkit;

import dev.ingest.spi.OwnerId;
import dev.ingest.spi.ledger.AuditPage;
import dev.ingest.spi.ledger.AuditQuery;
import dev.ingest.spi.ledger.AuditRow;
import dev.ingest.spi.ledger.CensusCell;
import dev.ingest.spi.ledger.CensusCounts;
import dev.ingest.spi.ledger.CensusKey;
import dev.ingest.spi.ledger.CensusPage;
import dev.ingest.spi.ledger.CensusQuery;
import dev.ingest.spi.ledger.CensusRecount;
import dev.ingest.spi.ledger.CensusRecountPage;
import dev.ingest.spi.ledger.Holdings;
import dev.ingest.spi.ledger.OwnerUsage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What the ledger in memory says it holds. */
final class MemoryHoldings implements Holdings {

  private final InMemoryLedger store;

  MemoryHoldings(InMemoryLedger store) {
    this.store = store;
  }

  @Override
  public AuditPage audit(AuditQuery query) {
    List<AuditRow> found =
        store.locked(
            "read entries for an audit",
            tables -> tables.entries.atPlaces(query, query.limit() + 1));
    boolean more = found.size() > query.limit();
    return new AuditPage(more ? found.subList(0, query.limit()) : found, more);
  }

  @Override
  public OwnerUsage usage(OwnerId owner) {
    return store.locked("add up what an owner holds", tables -> tables.usage(owner));
  }

  @Override
  public CensusPage hourly(CensusQuery query) {
    List<CensusCell> found =
        store.locked(
            "read an hourly census",
            tables -> tables.entries.census().page(query, query.limit() + 1));
    boolean more = found.size() > query.limit();
    return new CensusPage(more ? found.subList(0, query.limit()) : found, more);
  }

  /** Each entry changes its cell as it is put, so an hour without cells has no entries either. */
  @Override
  public CensusRecountPage recount(CensusQuery query) {
    return store.locked("recount an hour", tables -> recount(tables.entries, query));
  }

  private static CensusRecountPage recount(EntryTable entries, CensusQuery query) {
    List<CensusCell> first = entries.census().page(query, 1);
    if (first.isEmpty()) {
      return new CensusRecountPage(List.of(), false);
    }
    Instant hour = first.get(0).key().hour();
    HourlyCounts counted = entries.recount(hour);
    List<CensusRecount> cells =
        entries.census().page(query, query.limit() + 1).stream()
            .filter(cell -> cell.key().hour().equals(hour))
            .map(cell -> new CensusRecount(cell.key(), cell.counts(), counted.get(cell.key())))
            .limit(query.limit())
            .toList();
    CensusKey last = cells.get(cells.size() - 1).key();
    return new CensusRecountPage(cells, !entries.census().page(query.after(last), 1).isEmpty());
  }

  @Override
  public List<CensusRecount> correct(List<CensusKey> keys) {
    List<CensusKey> batch = store.checkBatch(keys);
    return store.locked(
        "correct an hourly census",
        tables -> {
          List<CensusRecount> corrected = new ArrayList<>(batch.size());
          for (CensusKey key : batch) {
            CensusCounts counted = tables.entries.recount(key.hour()).get(key);
            corrected.add(new CensusRecount(key, tables.entries.census().get(key), counted));
            tables.entries.census().set(key, counted);
          }
          return corrected;
        });
  }

  @Override
  public Set<String> acceptingPipelines(Instant hour) {
    return store.locked(
        "name the pipelines of an hour",
        tables -> tables.entries.census().acceptingPipelines(hour));
  }
}
