package dev.ingest.core.engine;

import dev.ingest.core.ActRefusedException;
import dev.ingest.core.SetAside;
import dev.ingest.core.lifecycle.Event.Act;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.ledger.LedgerException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What people see and decide of bytes that were set aside. Thread-safe. */
final class SetAsideActs {

  private static final int SHOWN = 10;

  private final Node node;

  SetAsideActs(Node node) {
    this.node = node;
  }

  /** Takes back what is set aside at a place; {@code rehearse} only tells what that would be. */
  List<SetAside> takeBack(SequencePlace place, Act by, boolean rehearse) {
    Quarantine quarantine = new Quarantine(node);
    List<SetAside> taken = new ArrayList<>();
    List<SetAside> going = new ArrayList<>();
    quarantine.eachAt(
        place,
        stored -> {
          SetAside kept = stored.content().kept();
          if (stored.content().isGoing()) {
            going.add(kept);
          } else if (rehearse || quarantine.end(stored, "taken back", by)) {
            taken.add(kept);
          } else {
            throw new ActRefusedException(
                "%d keys at %s changed meanwhile: look again; %d records before them were taken back"
                    .formatted(kept.keys().size(), place, taken.size()));
          }
        });
    if (taken.isEmpty() && !going.isEmpty()) {
      throw new ActRefusedException(
          "what is set aside at %s, %d records, is being deleted".formatted(place, going.size()));
    }
    if (taken.isEmpty()) {
      throw new ActRefusedException("nothing is set aside at " + place);
    }
    return taken;
  }

  /** Visits all records that can be read, and then fails if there are others. */
  void each(Consumer<SetAside> visit) {
    List<String> unread = new ArrayList<>();
    new Quarantine(node)
        .each(
            visit,
            why -> {
              if (unread.size() < SHOWN) {
                unread.add(why);
              }
            });
    if (!unread.isEmpty()) {
      throw new LedgerException(
          "not all that is set aside in %s could be read: %s"
              .formatted(node.ledger().name(), unread));
    }
  }
}
