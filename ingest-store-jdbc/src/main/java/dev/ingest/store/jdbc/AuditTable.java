package dev.ingest.store.jdbc;

import dev.ingest.spi.ManifestSummary;
import dev.ingest.spi.Receipt;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.ledger.AuditPage;
import dev.ingest.spi.ledger.AuditQuery;
import dev.ingest.spi.ledger.AuditRow;
import dev.ingest.spi.ledger.AuditRow.Made;
import dev.ingest.spi.ledger.AuditRow.Progress;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.Publication;
import dev.ingest.spi.ledger.RawLocation;
import dev.ingest.spi.ledger.SealedOutput;
import dev.ingest.spi.ledger.State;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Entries in the order of their places, with what an audit needs of each. */
final class AuditTable {

  private static final String COLUMNS =
      "e.owner, e.id, e.root, e.item_count, e.bytes, e.accepted_at, e.deadline, e.expires_at,"
          + " e.session, e.part_starts, e.pipeline, e.published_prefix, e.published_root,"
          + " e.published_count, e.published_bytes, e.published_epoch, e.proven_at,"
          + " COALESCE(w.state, e.state), COALESCE(w.version, e.version),"
          + " COALESCE(w.lease_until, w.visible_at, e.visible_at), COALESCE(w.fence, e.fence),"
          + " w.lease_until, NULLIF(COALESCE(w.output_prefix, e.output_prefix),"
          + " e.published_prefix), e.superseded_prefix, COALESCE(w.leftovers, e.leftovers),"
          + " COALESCE(w.chain_length, e.chain_length), COALESCE(w.chain_head, e.chain_head)";

  private static final byte[] BEFORE_ALL = {};

  private AuditTable() {}

  /** All pages have one plan: the first begins after the least place that there can be. */
  static String pageSql(Dialect dialect) {
    String place = dialect.placeOf("e");
    return "SELECT "
        + COLUMNS
        + EntryTable.JOIN
        + "WHERE "
        + place
        + " > ? AND "
        + place
        + " <= ? ORDER BY "
        + place
        + " LIMIT ?";
  }

  static AuditPage page(Statements db, Dialect dialect, AuditQuery query) throws SQLException {
    if (dialect.storesPlaces()) {
      requireAllPlaced(db);
    }
    int limit = query.limit();
    List<AuditRow> found =
        db.sql(pageSql(dialect))
            .bytes(query.after().map(SequencePlace::toBytes).orElse(BEFORE_ALL))
            .bytes(query.until().toBytes())
            .number(limit + 1)
            .list(AuditTable::read);
    boolean more = found.size() > limit;
    return new AuditPage(more ? found.subList(0, limit) : found, more);
  }

  /** An entry without a place would be missing from every page. */
  private static void requireAllPlaced(Statements db) throws SQLException {
    for (SequenceKey key : EntryTable.unplaced(db)) {
      throw new SQLException(
          "the entry of "
              + key
              + " has no place, as a process of an earlier release wrote it; end that process, and"
              + " open the ledger again");
    }
  }

  /** Names the sequence whose row cannot be read. */
  private static AuditRow read(Row row) throws SQLException {
    SequenceKey key = row.key();
    try {
      return read(key, row);
    } catch (SQLException | RuntimeException e) {
      throw new SQLException("the row of " + key + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static AuditRow read(SequenceKey key, Row row) throws SQLException {
    ManifestSummary manifest = new ManifestSummary(row.digest(), row.integer(), row.number());
    Receipt receipt = new Receipt(key, manifest, row.time(), row.time(), row.time());
    RawLocation raw =
        new RawLocation(new SessionId(row.text()), EntryColumns.partStarts(row.text()));
    String pipeline = row.text();
    Optional<Publication> published = publication(row);
    State state = row.constant(State.class);
    long version = row.number();
    Instant visibleAt = row.time();
    Progress progress =
        new Progress(state, version, visibleAt, row.number(), row.optionalNumber().isPresent());
    Optional<ContentPrefix> output = row.optionalText().map(ContentPrefix::new);
    Optional<ContentPrefix> superseded = row.optionalText().map(ContentPrefix::new);
    Made made = new Made(pipeline, output, superseded, row.flag());
    return new AuditRow(
        receipt, raw, progress, made, published, new ChainHead(row.number(), row.digest()));
  }

  /** A publication that is not whole is none. */
  private static Optional<Publication> publication(Row row) throws SQLException {
    Optional<SealedOutput> result = EntryColumns.readWholeOutput(row);
    Optional<Long> epoch = row.optionalNumber();
    Optional<Instant> provenAt = row.optionalTime();
    return result.isEmpty() || epoch.isEmpty() || provenAt.isEmpty()
        ? Optional.empty()
        : Optional.of(new Publication(result.get(), Math.toIntExact(epoch.get()), provenAt.get()));
  }
}
