package dev.ingest.store.jdbc;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.Transition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Batches row by row, inside one transaction: what every dialect can do. */
final class RowBatches implements Batches {

  private final Database database;
  private final Life life;

  RowBatches(Database database, Life life) {
    this.database = database;
    this.life = life;
  }

  @Override
  public List<Outcome> commit(List<Transition> transitions) {
    return database.outcomes("commit " + transitions.size() + " transitions", changes(transitions));
  }

  /** Makes one change of each transition. */
  List<Change<Outcome>> changes(List<Transition> transitions) {
    List<Change<Outcome>> changes = new ArrayList<>(transitions.size());
    for (Transition transition : transitions) {
      changes.add(new TransitionCommit(database.dialect(), life.latest(), transition));
    }
    return changes;
  }

  @Override
  public List<Optional<Entry>> find(List<SequenceKey> keys) {
    return database.read(
        "find " + keys.size() + " entries",
        db -> {
          List<Optional<Entry>> found = new ArrayList<>(keys.size());
          for (SequenceKey key : keys) {
            found.add(EntryTable.find(db, key));
          }
          return found;
        });
  }
}
