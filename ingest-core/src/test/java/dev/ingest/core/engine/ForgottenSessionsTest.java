package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.TimePolicy;
import dev.ingest.core.lifecycle.Event;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentException;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.content.ContentWriter;
import dev.ingest.spi.ledger.ChainHead;
import dev.ingest.spi.ledger.Entry;
import dev.ingest.spi.ledger.HistoryRow;
import dev.ingest.spi.ledger.Ledger;
import dev.ingest.spi.ledger.LedgerStore;
import dev.ingest.spi.ledger.SessionState;
import dev.ingest.spi.ledger.State;
import java.io.ByteArrayInputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is disposed of after the history that named its earlier sessions was dropped. */
final class ForgottenSessionsTest {

  private static final Duration DUE = TimePolicy.DEFAULT.timeToLive().plus(Care.GRACE);
  private static final Event.Act CAROL = new Event.Act("carol", "the owner's");

  private final Care care = new Care();
  private final Bench bench = care.bench;
  private ChainHead dropped = ChainHead.EMPTY;

  /** Accepted twice, with the same bytes, of which the history says nothing any more. */
  private void repairedOnce() {
    care.verified(RIDE);
    Event damaged =
        new Event.DamageFound(
            Failures.of("RESULT_DAMAGED", Optional.empty(), "found by a reader"), true);
    care.engine.committer().apply(bench.entry(RIDE), damaged);
    assertEquals(State.FAILED, bench.state(RIDE));
    care.verified(RIDE);
    dropped = bench.entry(RIDE).chain();
    assertEquals(6, raw().size());
  }

  /** A ledger without the history up to what was dropped. */
  private LedgerStore cut() {
    Ledger all = bench.watchedLedger.ledger();
    Ledger rest =
        (Ledger)
            Proxy.newProxyInstance(
                Ledger.class.getClassLoader(),
                new Class<?>[] {Ledger.class},
                (proxy, method, args) -> {
                  try {
                    return switch (method.getName()) {
                      case "checkpoint" -> dropped;
                      case "history" -> rows(all, args);
                      default -> method.invoke(all, args);
                    };
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    return new ForwardedLedger(bench.watchedLedger) {
      @Override
      public Ledger ledger() {
        return rest;
      }
    };
  }

  private List<HistoryRow> rows(Ledger all, Object[] args) {
    return all.history(
        (SequenceKey) args[0], Math.max(dropped.length(), (Long) args[1]), (Integer) args[2]);
  }

  private Expirer expirer() {
    return care.expirer(cut(), bench.watchedContent, bench.watchedContent);
  }

  private void forgetRows(boolean forgotten) {
    if (forgotten) {
      bench.time.advance(bench.limits.idleTime().multipliedBy(2));
      while (care.engine.sweeper().tick() > 0) {
        bench.time.advance(Duration.ofSeconds(1));
      }
      assertEquals(
          0,
          bench
              .ledger
              .sessions()
              .untouched(SessionState.ACCEPTED, Duration.ZERO, Optional.empty(), 10)
              .size());
    }
  }

  private void erase() {
    care.engine.acting().act(RIDE, new Event.DiscardDecided(Event.Ground.ERASURE, CAROL), false);
  }

  private List<ContentKey> raw() {
    return bench.content.keys().stream()
        .filter(key -> KeyLayout.uploads(RIDE).covers(key))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void erasureAfterHistoryWasDropped_leavesNothing(boolean rowsAreForgotten) {
    repairedOnce();
    forgetRows(rowsAreForgotten);
    erase();
    expirer().tick();
    assertEquals(State.DISCARDED, bench.state(RIDE));
    assertEquals(List.of(), raw());
    assertFalse(care.alerts().contains("ACCEPTANCE_UNKNOWN"));
    bench.checkInvariants();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void expiryAfterHistoryWasDropped_leavesNoRawBytes(boolean rowsAreForgotten) {
    repairedOnce();
    forgetRows(rowsAreForgotten);
    Expirer expirer = expirer();
    expirer.tick();
    bench.time.advance(DUE);
    expirer.tick();
    assertEquals(State.EXPIRED, bench.state(RIDE));
    assertEquals(List.of(), raw());
    bench.checkInvariants();
  }

  @Test
  void erasureThatIsInterrupted_stillKnowsWhoseTheRestIs() {
    repairedOnce();
    forgetRows(true);
    erase();
    Expirer dying =
        care.expirer(
            cut(),
            bench.watchedContent,
            permit -> {
              bench.watchedContent.delete(permit);
              throw new ContentException("the answer is lost");
            });
    dying.tick();
    assertEquals(State.DISCARDING, bench.state(RIDE));
    dying.release();
    expirer().tick();
    assertEquals(State.DISCARDED, bench.state(RIDE));
    assertEquals(List.of(), raw());
  }

  @Test
  void sessionOfOtherBytes_staysAndIsTold() {
    repairedOnce();
    forgetRows(true);
    ContentKey manifest = put(new byte[] {1, 2, 3});
    erase();
    expirer().tick();
    assertEquals(State.DISCARDED, bench.state(RIDE));
    assertEquals(List.of(manifest), raw());
    assertTrue(care.alerts().contains("ACCEPTANCE_UNKNOWN"));
  }

  /** A life that was lost had finished the discard, and accepted the same bytes after it. */
  @Test
  void sameBytesOfALifeThatHadFinishedTheDiscard_stayAndAreTold() {
    repairedOnce();
    forgetRows(true);
    Entry entry = bench.entry(RIDE);
    byte[] body = bench.content.bytes(KeyLayout.rawManifest(RIDE, entry.raw()));
    ContentKey manifest = put(body);
    erase();
    raw().stream().filter(key -> !key.equals(manifest)).forEach(bench.content::remove);
    expirer().tick();
    assertEquals(List.of(manifest), raw());
    assertTrue(care.alerts().contains("ACCEPTANCE_UNKNOWN"));
  }

  private void failedAndGivenUp() {
    Event damaged =
        new Event.DamageFound(
            Failures.of("RESULT_DAMAGED", Optional.empty(), "found by a reader"), true);
    care.engine.committer().apply(bench.entry(RIDE), damaged);
    dropped = bench.entry(RIDE).chain();
    care.engine.acting().act(RIDE, new Event.DiscardDecided(Event.Ground.OPERATOR, CAROL), false);
  }

  /** What nobody knows of may be the upload that repairs them, accepted by a life that was lost. */
  @Test
  void sameBytesBesideDamagedOnes_stayAtADiscardAndAreTold() {
    repairedOnce();
    forgetRows(true);
    List<ContentKey> unknown =
        raw().stream().filter(key -> !key.value().startsWith(own().value())).toList();
    ContentKey rotten =
        raw().stream()
            .filter(key -> key.value().startsWith(own().value()) && !KeyLayout.isManifest(key))
            .findFirst()
            .orElseThrow();
    failedAndGivenUp();
    bench.content.remove(rotten);
    expirer().tick();
    assertEquals(State.DISCARDED, bench.state(RIDE));
    assertEquals(unknown, raw());
    assertTrue(care.alerts().contains("ACCEPTANCE_UNKNOWN"));
  }

  @Test
  void sameBytesBesideWholeOnes_goAtADiscard() {
    repairedOnce();
    forgetRows(true);
    failedAndGivenUp();
    expirer().tick();
    assertEquals(State.DISCARDED, bench.state(RIDE));
    assertEquals(List.of(), raw());
    assertFalse(care.alerts().contains("ACCEPTANCE_UNKNOWN"));
  }

  @Test
  void ownBytesThatCannotBeRead_leaveNothingDecided() {
    repairedOnce();
    forgetRows(true);
    failedAndGivenUp();
    int[] opened = {0};
    Expirer expirer =
        care.expirer(
            cut(),
            Care.opening(
                bench.watchedContent,
                purpose -> {
                  if (opened[0]++ == 0) {
                    throw new ContentException("busy");
                  }
                }),
            bench.watchedContent);
    expirer.tick();
    assertEquals(State.DISCARDING, bench.state(RIDE));
    assertFalse(care.alerts().contains("ACCEPTANCE_UNKNOWN"));
    bench.time.advance(Duration.ofMinutes(1));
    expirer.tick();
    assertEquals(State.DISCARDED, bench.state(RIDE));
    assertEquals(List.of(), raw());
  }

  /** An expirer whose store refuses to delete as long as it is locked, and what it reads back. */
  private Expirer refused(boolean[] locked, int[] readBack) {
    return care.expirer(
        cut(),
        Care.opened(
            bench.watchedContent,
            (key, in) -> {
              readBack[0] += own().covers(key) && !KeyLayout.isManifest(key) ? 1 : 0;
              return in;
            }),
        permit -> {
          if (locked[0]) {
            throw new ContentException("an object is locked");
          }
          return bench.watchedContent.delete(permit);
        });
  }

  @Test
  void deletionThatIsRefused_readsWhatIsWholeBackOnce() {
    repairedOnce();
    forgetRows(true);
    failedAndGivenUp();
    boolean[] locked = {true};
    int[] readBack = {0};
    Expirer expirer = refused(locked, readBack);
    int items = 0;
    for (int i = 0; i < 20; i++) {
      expirer.tick();
      items = i == 0 ? readBack[0] : items;
      bench.time.advance(Duration.ofMinutes(10));
    }
    assertTrue(items > 0, "they are read");
    assertEquals(items, readBack[0]);
    locked[0] = false;
    expirer.tick();
    assertEquals(State.DISCARDED, bench.state(RIDE));
    assertEquals(List.of(), raw());
    assertFalse(care.alerts().contains("ACCEPTANCE_UNKNOWN"));
  }

  @Test
  void sessionThatIsThereLater_hasThemReadBackAnew() {
    repairedOnce();
    forgetRows(true);
    byte[] body = bench.content.bytes(KeyLayout.rawManifest(RIDE, bench.entry(RIDE).raw()));
    failedAndGivenUp();
    boolean[] locked = {true};
    int[] readBack = {0};
    Expirer expirer = refused(locked, readBack);
    expirer.tick();
    raw().stream()
        .filter(key -> own().covers(key) && !KeyLayout.isManifest(key))
        .forEach(bench.content::remove);
    ContentKey manifest = put(body);
    bench.time.advance(Duration.ofMinutes(10));
    locked[0] = false;
    expirer.tick();
    assertEquals(State.DISCARDED, bench.state(RIDE));
    assertTrue(raw().contains(manifest), "it may be what repairs them");
    assertTrue(care.alerts().contains("ACCEPTANCE_UNKNOWN"));
  }

  @Test
  void deletionThatIsRepeated_tellsOnceOfWhatStays() {
    repairedOnce();
    forgetRows(true);
    put(new byte[] {1, 2, 3});
    erase();
    boolean[] locked = {true};
    Expirer expirer =
        care.expirer(
            cut(),
            bench.watchedContent,
            permit -> {
              if (locked[0] && permit.scope().value().startsWith("run/")) {
                throw new ContentException("an object is locked");
              }
              return bench.watchedContent.delete(permit);
            });
    for (int i = 0; i < 10; i++) {
      expirer.tick();
      bench.time.advance(Duration.ofSeconds(10));
    }
    assertEquals(State.DISCARDING, bench.state(RIDE));
    assertTrue(care.alerts().contains("ACCEPTANCE_UNKNOWN"), "while the rest stands still");
    locked[0] = false;
    expirer.tick();
    assertEquals(State.DISCARDED, bench.state(RIDE));
    assertEquals(1, Collections.frequency(care.alerts(), "ACCEPTANCE_UNKNOWN"));
  }

  private ContentPrefix own() {
    return KeyLayout.session(RIDE, bench.entry(RIDE).raw());
  }

  @Test
  void whereNoHistoryWasDropped_whatNothingNamesStays() {
    repairedOnce();
    dropped = ChainHead.EMPTY;
    forgetRows(true);
    byte[] body = bench.content.bytes(KeyLayout.rawManifest(RIDE, bench.entry(RIDE).raw()));
    ContentKey manifest = put(body);
    erase();
    expirer().tick();
    assertEquals(State.DISCARDED, bench.state(RIDE));
    assertEquals(List.of(manifest), raw());
    assertTrue(care.alerts().contains("ACCEPTANCE_UNKNOWN"));
  }

  private ContentKey put(byte[] body) {
    ContentKey key =
        KeyLayout.manifest(
            KeyLayout.uploads(RIDE).child(SessionId.ofBits(9, 9).value()).child("0000"));
    try (ContentWriter writer = bench.content.writer(KeyLayout.uploads(RIDE))) {
      writer.put(
          key,
          new StreamBody(
              new ByteArrayInputStream(body), OptionalLong.of(body.length), Runnable::run));
      writer.commit();
    }
    return key;
  }
}
