package dev.ingest.simulator;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ByteRange;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentBody;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentPurger;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.content.ReadPurpose;
import dev.ingest.spi.ledger.Guard;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerException;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.UploadSession;
import dev.ingest.spi.ledger.UploadSessions;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.InMemoryLedger;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Stores that break their contracts, each in one way that the invariants exist for. */
final class BrokenStores {

  private BrokenStores() {}

  /** Commits whatever the lease token, as long as the version fits (against S7). */
  static final Sabotage TOKENS_ARE_IGNORED =
      changedCommits(
          transition ->
              transition.guard() instanceof Guard.WithLease with
                  ? new Transition(
                      new Guard.AtVersion(with.version()),
                      transition.after(),
                      transition.lease(),
                      transition.row(),
                      transition.alerts(),
                      transition.notice())
                  : transition);

  /** Commits entries and history without their alerts (against S10). */
  static final Sabotage ALERTS_ARE_LOST =
      changedCommits(
          transition ->
              new Transition(
                  transition.guard(),
                  transition.after(),
                  transition.lease(),
                  transition.row(),
                  List.of(),
                  transition.notice()));

  /** Lists idle sessions as abandoned while they are still open (against S4). */
  static final Sabotage OPEN_SESSIONS_COUNT_AS_ABANDONED =
      new Sabotage() {
        @Override
        public LedgerStore ledger(InMemoryLedger ledger) {
          return new PatchedLedger(ledger, ledger.ledger(), new EagerSessions(ledger.sessions()));
        }
      };

  /** Deletes all that lies below a permit's scope (against S4). */
  static final Sabotage PERMITS_COVER_THEIR_SCOPE =
      content(
          memory -> {
            ContentPurger purger =
                permit -> {
                  memory.keys().stream().filter(permit.scope()::covers).forEach(memory::remove);
                  return permit.keys().stream().map(key -> Outcome.APPLIED).toList();
                };
            return new ContentAccess(memory, purger);
          });

  /** Overwrites a key that is put again, with what a repeated request still finds of its body. */
  static final Sabotage REPEATED_PUTS_OVERWRITE =
      content(memory -> new ContentAccess(new OverwritingStore(memory), memory));

  /** Answers reads that shall prove something from the writer's cache (against S5). */
  static final Sabotage PROOFS_COME_FROM_A_CACHE =
      content(memory -> new ContentAccess(new CachingStore(memory), memory));

  /** Takes a lost reply for a success. */
  static final Sabotage UNKNOWN_COUNTS_AS_SUCCESS =
      new Sabotage() {
        @Override
        public LedgerStore answers(LedgerStore ledger) {
          Ledger optimist =
              new Entries(ledger.ledger()) {
                @Override
                public List<Outcome> commit(List<Transition> transitions) {
                  try {
                    return super.commit(transitions);
                  } catch (LedgerException e) {
                    return transitions.stream().map(lost -> Outcome.APPLIED).toList();
                  }
                }
              };
          return new PatchedLedger(ledger, optimist, ledger.sessions());
        }
      };

  private static Sabotage changedCommits(UnaryOperator<Transition> change) {
    return new Sabotage() {
      @Override
      public LedgerStore ledger(InMemoryLedger ledger) {
        Ledger broken =
            new Entries(ledger.ledger()) {
              @Override
              public List<Outcome> commit(List<Transition> transitions) {
                return super.commit(transitions.stream().map(change).toList());
              }
            };
        return new PatchedLedger(ledger, broken, ledger.sessions());
      }
    };
  }

  private static Sabotage content(java.util.function.Function<InMemoryContent, ContentAccess> by) {
    return new Sabotage() {
      @Override
      public ContentAccess content(InMemoryContent content) {
        return by.apply(content);
      }
    };
  }

  private static final class EagerSessions extends Sessions {

    EagerSessions(UploadSessions sessions) {
      super(sessions);
    }

    @Override
    public List<UploadSession> untouched(
        SessionState state, Duration untouchedFor, Optional<UploadSession> after, int limit) {
      return state == SessionState.ABANDONED
          ? super.untouched(SessionState.OPEN, untouchedFor, after, limit)
          : super.untouched(state, untouchedFor, after, limit);
    }

    @Override
    public Outcome abandon(SessionId id, Duration untouchedFor) {
      return Outcome.APPLIED;
    }
  }

  private static class OverwritingStore extends Bytes {

    private final InMemoryContent memory;
    private final Set<ContentKey> put = new HashSet<>();

    OverwritingStore(InMemoryContent memory) {
      super(memory);
      this.memory = memory;
    }

    @Override
    public ContentWriter writer(ContentPrefix prefix) {
      ContentWriter writer = memory.writer(prefix);
      List<ContentKey> repeated = new ArrayList<>();
      return new Writer(writer) {
        @Override
        public ContentStat put(ContentKey key, ContentBody body) {
          ContentStat stat = super.put(key, body);
          if (!put.add(key)) {
            repeated.add(key);
          }
          return stat;
        }

        @Override
        public void commit() {
          super.commit();
          repeated.forEach(key -> memory.truncate(key, 0));
          repeated.clear();
        }
      };
    }
  }

  private static class CachingStore extends Bytes {

    private final InMemoryContent memory;
    private final Map<ContentKey, byte[]> cache = new HashMap<>();

    CachingStore(InMemoryContent memory) {
      super(memory);
      this.memory = memory;
    }

    @Override
    public ContentWriter writer(ContentPrefix prefix) {
      List<ContentKey> put = new ArrayList<>();
      return new Writer(memory.writer(prefix)) {
        @Override
        public ContentStat put(ContentKey key, ContentBody body) {
          ContentStat stat = super.put(key, body);
          put.add(key);
          return stat;
        }

        @Override
        public void commit() {
          super.commit();
          put.forEach(key -> cache.put(key, memory.bytes(key)));
          put.clear();
        }
      };
    }

    @Override
    public InputStream open(ContentKey key, ByteRange range, ReadPurpose purpose) {
      byte[] cached = cache.get(key);
      return cached == null ? memory.open(key, range, purpose) : new ByteArrayInputStream(cached);
    }
  }

  private static class Writer implements ContentWriter {

    private final ContentWriter writer;

    Writer(ContentWriter writer) {
      this.writer = writer;
    }

    @Override
    public ContentStat put(ContentKey key, ContentBody body) {
      return writer.put(key, body);
    }

    @Override
    public void commit() {
      writer.commit();
    }

    @Override
    public void close() {
      writer.close();
    }
  }
}
