package dev.ingest.simulator;

import dev.ingest.spi.Outcome;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentAccess;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPage;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentPurger;
import dev.ingest.spi.content.ContentStat;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.spi.content.Permit;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.EntryPage;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.ScanQuery;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.Transition;
import dev.ingest.spi.ledger.UploadSession;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;

/** Stores that keep from those who restored a ledger what they rely on (against T10b). */
final class BrokenRestorations {

  private static final String MANIFEST = "/manifest";
  private static final int SESSION = 3;

  private BrokenRestorations() {}

  /** Lists everything but the manifest of one acceptance that the restored ledger lost. */
  static final Sabotage ONE_IS_NOT_LISTED =
      new Sabotage() {
        @Override
        public ContentAccess stored(ContentAccess content, LedgerStore restored) {
          return new ContentAccess(
              new Hiding(content, restored), content.purger(), content.upkeep());
        }
      };

  /** Says that an adoption is in the ledger, and does nothing. */
  static final Sabotage ADOPTIONS_DO_NOTHING =
      new Sabotage() {
        @Override
        public LedgerStore answers(LedgerStore ledger) {
          Entries idle =
              new Entries(ledger.ledger()) {
                @Override
                public List<Outcome> commit(List<Transition> transitions) {
                  List<Transition> others =
                      transitions.stream().filter(one -> !isAdoption(one)).toList();
                  List<Outcome> outcomes = new ArrayList<>(super.commit(others));
                  for (int i = 0; i < transitions.size(); i++) {
                    if (isAdoption(transitions.get(i))) {
                      outcomes.add(i, Outcome.APPLIED);
                    }
                  }
                  return outcomes;
                }
              };
          return new PatchedLedger(ledger, idle, ledger.sessions());
        }
      };

  /** Shows who sweeps an upload that was given up everything below it but its manifest. */
  static final Sabotage SWEEPS_SEE_NO_MANIFEST =
      new Sabotage() {
        @Override
        public ContentAccess stored(ContentAccess content, LedgerStore restored) {
          return new ContentAccess(
              new Blind(
                  content, restored, (session, part) -> session.state() == SessionState.ABANDONED),
              content.purger(),
              content.upkeep());
        }
      };

  /** Shows who resumes an upload everything below it but the manifests of earlier parts. */
  static final Sabotage RESUMPTIONS_SEE_NO_MANIFEST =
      new Sabotage() {
        @Override
        public ContentAccess stored(ContentAccess content, LedgerStore restored) {
          return new ContentAccess(
              new Blind(
                  content,
                  restored,
                  (session, part) ->
                      session.state() == SessionState.OPEN && part <= session.raw().latestPart()),
              content.purger(),
              content.upkeep());
        }
      };

  /** Deletes with what was set aside of a sequence all else that was sent of it. */
  static final Sabotage WHAT_IS_ADOPTED_GOES_WITH_ITS_FIRST_COPY =
      new Sabotage() {
        @Override
        public ContentAccess stored(ContentAccess content, LedgerStore restored) {
          ContentPurger greedy =
              permit ->
                  content
                      .purger()
                      .delete(
                          permit.reason() == Permit.Reason.QUARANTINE
                              ? widened(permit, content.store())
                              : permit)
                      .subList(0, permit.keys().size());
          return new ContentAccess(content.store(), greedy, content.upkeep());
        }
      };

  private static Permit widened(Permit permit, ContentStore store) {
    String[] parts = permit.keys().get(0).value().split("/", -1);
    if (!parts[0].equals("raw")) {
      return permit;
    }
    ContentPrefix all = new ContentPrefix(String.join("/", parts[0], parts[1], parts[SESSION - 1]));
    List<ContentKey> keys = new ArrayList<>(permit.keys());
    store.list(all, Optional.empty(), ContentStore.MAX_PAGE).entries().stream()
        .map(ContentStat::key)
        .filter(key -> !permit.keys().contains(key))
        .forEach(keys::add);
    return new Permit(permit.reason(), permit.sequence(), permit.evidence(), all, keys);
  }

  private static final class Blind extends Bytes {

    private final LedgerStore ledger;
    private final BiPredicate<UploadSession, Integer> hidden;

    Blind(ContentAccess content, LedgerStore ledger, BiPredicate<UploadSession, Integer> hidden) {
      super(content.store());
      this.ledger = ledger;
      this.hidden = hidden;
    }

    @Override
    public ContentPage list(ContentPrefix prefix, Optional<ContentKey> after, int limit) {
      ContentPage page = super.list(prefix, after, limit);
      String[] parts = prefix.value().split("/", -1);
      if (!parts[0].equals("raw") || parts.length != SESSION + 1) {
        return page;
      }
      Optional<UploadSession> session = ledger.sessions().find(new SessionId(parts[SESSION]));
      return new ContentPage(
          page.entries().stream()
              .filter(
                  stat ->
                      !stat.key().value().endsWith(MANIFEST)
                          || session
                              .filter(found -> hidden.test(found, part(stat.key())))
                              .isEmpty())
              .toList(),
          page.more());
    }

    private static int part(ContentKey key) {
      return Integer.parseInt(key.value().split("/", -1)[SESSION + 1]);
    }
  }

  private static boolean isAdoption(Transition transition) {
    return transition.row().note().detail().contains("; adopted=");
  }

  /** Chooses whom to hide as soon as it can, and hides that one from then on. */
  private static final class Hiding extends Bytes {

    private final LedgerStore ledger;
    private Optional<ContentKey> hidden = Optional.empty();

    Hiding(ContentAccess content, LedgerStore ledger) {
      super(content.store());
      this.ledger = ledger;
    }

    @Override
    public ContentPage list(ContentPrefix prefix, Optional<ContentKey> after, int limit) {
      ContentPage page = super.list(prefix, after, limit);
      if (hidden.isEmpty()) {
        hidden = page.entries().stream().map(ContentStat::key).filter(this::isLost).findFirst();
      }
      return new ContentPage(
          page.entries().stream().filter(stat -> !hidden.equals(Optional.of(stat.key()))).toList(),
          page.more());
    }

    private boolean isLost(ContentKey key) {
      if (!key.value().startsWith("raw/") || !key.value().endsWith(MANIFEST)) {
        return false;
      }
      String session = key.value().split("/", -1)[SESSION];
      return ledger.sessions().find(new SessionId(session)).isEmpty() && !named().contains(session);
    }

    private Set<String> named() {
      Set<String> named = new HashSet<>();
      ScanQuery query = ScanQuery.all(ScanQuery.MAX_LIMIT);
      boolean more = true;
      while (more) {
        EntryPage page = ledger.ledger().scan(query);
        for (Entry entry : page.entries()) {
          named.add(entry.raw().session().value());
          query = query.after(entry.key());
        }
        more = page.more();
      }
      return named;
    }
  }
}
