package dev.ingest.store.jdbc;

import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.Outcome;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.ledger.AlertDigest;
import dev.ingest.spi.ledger.AlertRow;
import dev.ingest.spi.ledger.CensusKey;
import dev.ingest.spi.ledger.CensusQuery;
import dev.ingest.spi.ledger.LedgerStore;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/** The calls that may have another effect when they are made again. */
enum OddCall implements RepeatedCall {
  CLAIM(
      scene -> {
        scene.accepted();
        return store ->
            Collections.nCopies(
                store.work().claim(Sample.claim("node-1", Scene.COUNT, scene.work())).size(),
                Outcome.APPLIED);
      }),
  CLAIM_WHERE_A_LEASE_RAN_OUT(
      scene -> {
        scene.leased();
        scene.time().advance(Scene.LEASE);
        return store ->
            Collections.nCopies(
                store.work().claim(Sample.claim("node-2", Scene.COUNT, scene.work())).size(),
                Outcome.APPLIED);
      }),
  RESUME(
      scene -> {
        SessionId id = scene.opened();
        return store -> List.of(store.sessions().resume(id));
      }),
  RAISE(
      scene -> {
        List<AlertRow> rows =
            scene.keys().stream().map(key -> Sample.alert("RAISED", key)).toList();
        return store -> {
          store.alerts().raise(rows);
          return List.of(Outcome.APPLIED);
        };
      }),
  SEAL(
      scene -> {
        acknowledgeAll(scene.store());
        scene
            .store()
            .alerts()
            .raise(scene.keys().stream().map(key -> Sample.alert("SEALED", key)).toList());
        return store -> {
          store.alerts().seal();
          return List.of(Outcome.APPLIED);
        };
      }) {
    @Override
    public String view(Scene scene) {
      List<AlertDigest> unsent = scene.store().alerts().unsent(10);
      boolean gaps =
          IntStream.range(1, unsent.size())
              .anyMatch(i -> unsent.get(i).ordinal() != unsent.get(i - 1).ordinal() + 1);
      return "waiting "
          + scene.store().alerts().pending()
          + (gaps ? " with gaps" : "")
          + unsent.stream()
              .map(one -> one.lines().stream().mapToLong(AlertDigest.Line::count).sum())
              .toList();
    }
  },
  PRUNE(
      scene -> {
        acknowledgeAll(scene.store());
        int dropped = 1_000;
        while (dropped == 1_000) {
          dropped = scene.store().alerts().prune(1, 1_000);
        }
        acknowledgeAll(scene.store());
        acknowledgeAll(scene.store());
        return store -> Collections.nCopies(store.alerts().prune(1, 100), Outcome.APPLIED);
      }) {
    @Override
    public String view(Scene scene) {
      return "digests " + scene.store().alerts().latest(100).size();
    }
  },
  CORRECT_CENSUS(
      scene -> {
        scene.accepted();
        scene.distortCensus();
        List<CensusKey> cells = List.of(CensusKey.of(Sample.find(scene.store(), scene.key(0))));
        return store -> {
          boolean agrees = store.ledger().holdings().correct(cells).get(0).agrees();
          return List.of(
              agrees ? Outcome.APPLIED : Outcome.notApplied(Outcome.Reason.CONFLICT, "was wrong"));
        };
      }) {
    @Override
    public String view(Scene scene) {
      CensusQuery ours =
          new CensusQuery(
              Instant.MIN,
              Instant.MAX,
              Optional.empty(),
              Optional.of(scene.owner()),
              Optional.empty(),
              10);
      return scene.store().ledger().holdings().hourly(ours).cells().get(0).counts().toString();
    }
  },
  BEGIN_LIFE(
      scene -> {
        IncarnationId old = scene.store().incarnation();
        IncarnationId next =
            IncarnationId.ofBits(7, Long.parseLong(scene.owner().value().replace("scene", "")));
        return store -> List.of(store.renew(old, next));
      }) {
    @Override
    public String view(Scene scene) {
      String life = scene.store().incarnation().value();
      String own = scene.owner().value().replace("scene", "");
      return life.equals(IncarnationId.ofBits(7, Long.parseLong(own)).value()) ? "new" : "old";
    }
  };

  @SuppressWarnings("ImmutableEnumChecker") // none of them keeps anything
  private final Function<Scene, Prepared> prepared;

  OddCall(Function<Scene, Prepared> prepared) {
    this.prepared = prepared;
  }

  private static void acknowledgeAll(LedgerStore store) {
    store.alerts().seal();
    for (AlertDigest digest : store.alerts().unsent(100)) {
      store.alerts().acknowledge(digest.ordinal());
    }
  }

  @Override
  public Prepared prepare(Scene scene) {
    return prepared.apply(scene);
  }

  @Override
  public String view(Scene scene) throws SQLException {
    return scene.view();
  }
}
