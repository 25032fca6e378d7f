package dev.ingest.spi.ledger;

import dev.ingest.spi.OwnerId;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * What the ledger says it holds, for those who compare it with what is stored. A part of the role
 * {@link Ledger}, and changed through that alone. Safe for use by several threads.
 */
public interface Holdings {

  /**
   * Reads entries in the order of their {@link dev.ingest.spi.SequencePlace}s, which is the order
   * in which a content store lists their bytes, so that both can be compared side by side in memory
   * that does not grow with either. Reads from an index in that order, so that a page costs the
   * same wherever it begins. An entry that exists throughout the paging is never omitted and never
   * told twice; rows of one page may be of different moments during the call. What {@link
   * Ledger#commit} could not have written (a state without what it needs) is told as it is stored,
   * as far as its row can be read at all.
   *
   * @param query which
   * @return a page, with fewer rows than asked for only if no more follow up to the query's end
   */
  AuditPage audit(AuditQuery query);

  /**
   * Adds up what an owner holds.
   *
   * @param owner the owner
   * @return the usage, from one consistent read
   */
  OwnerUsage usage(OwnerId owner);

  /**
   * Reads what became of the sequences of each hour, pipeline and owner, from counts that change in
   * the commit that changes what they count. So a page costs the same however many sequences there
   * are. Cells of which all counts are zero may be left out. Cells are never deleted; rows of one
   * page are of one moment, and of different pages of different ones.
   *
   * @param query which
   * @return a page, with fewer cells than asked for only if no more follow
   */
  CensusPage hourly(CensusQuery query);

  /**
   * Counts the entries themselves, and reads what is kept beside that, both from one consistent
   * read, so that traffic makes no difference between them. A page is of one hour, so that a call
   * reads no more entries than were accepted in an hour; it has fewer cells than asked for at the
   * hour's end. Cells of which all counts are zero on both sides may be left out.
   *
   * @param query which
   * @return a page; more may follow until it says that none do
   */
  CensusRecountPage recount(CensusQuery query);

  /**
   * Makes the counts that are kept what the entries add up to, each of them in one atomic change
   * that loses nothing of the traffic beside it. Idempotent.
   *
   * @param keys at most {@link LedgerCapabilities#maxBatch()}, each once
   * @return what was kept before, and what was counted and is kept since, in order
   */
  List<CensusRecount> correct(List<CensusKey> keys);

  /**
   * Names the pipelines that have a sequence which was accepted in an hour, by the counts that are
   * kept. Costs the same however many sequences and owners there are.
   *
   * @param hour when it begins
   * @return the names of their pipelines; empty for an hour without an acceptance
   */
  Set<String> acceptingPipelines(Instant hour);
}
