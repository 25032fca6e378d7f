package dev.ingest.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.OwnerId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.ledger.Census;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.DueQuery;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.EntryPage;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Holdings;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.Transition;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AccountsTest {

  private final Ledger ledger;

  AccountsTest() throws IOException {
    ledger = InMemory.ledger("a", "b", "c");
  }

  @Test
  void everySequenceListed_isAccountedFor() {
    assertEquals(new Accounts(3, 0, 0), Accounts.of(ledger, Optional.empty(), entry -> {}));
    assertEquals(
        new Accounts(3, 0, 0), Accounts.of(ledger, Optional.of(OwnerId.of("ann")), entry -> {}));
    assertEquals(
        new Accounts(0, 0, 0), Accounts.of(ledger, Optional.of(OwnerId.of("bob")), entry -> {}));
  }

  @Test
  void sequenceThatTheScanOmits_isUnaccountedFor() {
    Accounts accounts = Accounts.of(new Forgetful(ledger, "b"), Optional.empty(), entry -> {});

    assertEquals(new Accounts(3, 0, 1), accounts);
    assertEquals("3 sequences accepted, 0 verified, 1 unaccounted for", accounts.line());
  }

  @Test
  void chosenSequenceWithHistoryButWithoutEntry_isUnaccountedFor() {
    ScanQuery chosen =
        new ScanQuery(
            Optional.of(OwnerId.of("ann")),
            Optional.of(SequenceKey.of("ann", "b").id()),
            Set.of(),
            Optional.empty(),
            10);

    assertEquals(new Accounts(1, 0, 0), Accounts.ofChosen(ledger, chosen, entry -> {}));
    assertEquals(
        new Accounts(1, 0, 1), Accounts.ofChosen(new Forgetful(ledger, "b"), chosen, entry -> {}));
  }

  /** A ledger whose scan leaves one sequence out. */
  private static final class Forgetful implements Ledger {

    private final Ledger real;
    private final String omitted;

    Forgetful(Ledger real, String omitted) {
      this.real = real;
      this.omitted = omitted;
    }

    @Override
    public Instant now() {
      return real.now();
    }

    @Override
    public List<Outcome> commit(List<Transition> transitions) {
      return real.commit(transitions);
    }

    @Override
    public List<Optional<Entry>> find(List<SequenceKey> keys) {
      return real.find(keys);
    }

    @Override
    public List<HistoryRow> history(SequenceKey key, long afterOrdinal, int limit) {
      return real.history(key, afterOrdinal, limit);
    }

    @Override
    public ChainHead checkpoint(SequenceKey key) {
      return real.checkpoint(key);
    }

    @Override
    public EntryPage scan(ScanQuery query) {
      EntryPage page = real.scan(query);
      return new EntryPage(
          page.entries().stream()
              .filter(entry -> !entry.key().id().value().equals(omitted))
              .toList(),
          page.more());
    }

    @Override
    public List<Entry> due(DueQuery query) {
      return real.due(query);
    }

    @Override
    public Census census(Optional<OwnerId> owner) {
      return real.census(owner);
    }

    @Override
    public Holdings holdings() {
      return real.holdings();
    }
  }
}
