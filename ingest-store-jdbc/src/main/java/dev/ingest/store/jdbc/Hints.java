package dev.ingest.store.jdbc;

import dev.ingest.spi.ledger.WorkQueue.Subscription;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Whom to tell that work may have become due. Safe for use by several threads. */
final class Hints {

  private final List<Registration> registrations = new CopyOnWriteArrayList<>();

  /** One registration; two of the same hint are two. */
  private final class Registration implements Subscription {

    private final Runnable hint;

    Registration(Runnable hint) {
      this.hint = hint;
    }

    @Override
    public void close() {
      registrations.remove(this);
    }
  }

  Subscription add(Runnable hint) {
    Registration registration = new Registration(hint);
    registrations.add(registration);
    return registration;
  }

  void give() {
    for (Registration registration : registrations) {
      registration.hint.run();
    }
  }
}
