package dev.ingest.core.engine;

/**
 * What the parts of backfills share.
 *
 * @param node what they work for
 * @param committer takes holds to the ledger
 * @param starter starts runs and tells how they ended
 * @param book the records
 * @param goOn called between the steps of long work; throws to end it
 */
record BackfillTools(
    Node node, Committer committer, RunStarter starter, BackfillBook book, Runnable goOn) {

  static BackfillTools of(Node node, Committer committer, RunStarter starter, Runnable goOn) {
    return new BackfillTools(node, committer, starter, new BackfillBook(node.ledger()), goOn);
  }

  BackfillSets sets(BackfillRecord record) {
    return BackfillSets.of(node.ledger(), record);
  }

  BackfillHolds holds(BackfillRecord record) {
    return new BackfillHolds(node, committer, record);
  }

  BackfillChanges changes(BackfillRecord record) {
    return new BackfillChanges(node, committer, record.self().actor());
  }
}
