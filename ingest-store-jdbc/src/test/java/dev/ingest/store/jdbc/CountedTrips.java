package dev.ingest.store.jdbc;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;

/** Records each text that is sent to the server through a source: one entry is one round trip. */
final class CountedTrips {

  private final List<String> sent = new CopyOnWriteArrayList<>();

  /** Returns what was sent since the last look. */
  List<String> take() {
    List<String> taken = List.copyOf(sent);
    sent.clear();
    return taken;
  }

  DataSource counting(DataSource source) {
    return Intercepted.source(
        source,
        (connection, text, sending) -> {
          sent.add(text);
          return sending.go();
        });
  }
}
