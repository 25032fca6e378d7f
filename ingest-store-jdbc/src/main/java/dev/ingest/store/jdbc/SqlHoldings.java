package dev.ingest.store.jdbc;

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
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** What the tables say the ledger holds. */
final class SqlHoldings implements Holdings {

  private final Database database;

  SqlHoldings(Database database) {
    this.database = database;
  }

  @Override
  public AuditPage audit(AuditQuery query) {
    return database.query(
        "read entries for an audit", db -> AuditTable.page(db, database.dialect(), query));
  }

  @Override
  public OwnerUsage usage(OwnerId owner) {
    return database.query(
        "add up what " + owner + " holds", db -> TallyTable.usage(db, database.dialect(), owner));
  }

  @Override
  public CensusPage hourly(CensusQuery query) {
    return database.query(
        "read an hourly census", db -> CensusTable.page(db, database.dialect(), query));
  }

  @Override
  public CensusRecountPage recount(CensusQuery query) {
    return database.read(
        "recount an hour", db -> CensusTable.recount(db, database.dialect(), query));
  }

  @Override
  public List<CensusRecount> correct(List<CensusKey> keys) {
    database.checkBatch(keys);
    List<CensusKey> batch = List.copyOf(keys);
    return database.changeAtOneMoment(
        "correct " + batch.size() + " cells of the hourly census",
        (db, now) -> CensusTable.correct(db, database.dialect(), batch));
  }

  @Override
  public Set<String> acceptingPipelines(Instant hour) {
    return database.read(
        "name the pipelines of an hour",
        db -> CensusTable.acceptingPipelines(db, database.dialect(), hour));
  }
}
