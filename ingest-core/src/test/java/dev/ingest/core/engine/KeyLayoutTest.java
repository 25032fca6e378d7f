package dev.ingest.core.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.engine.KeyLayout.LeaseOutput;
import dev.ingest.core.engine.KeyLayout.RawPlace;
import dev.ingest.spi.IncarnationId;
import dev.ingest.spi.SequenceKey;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.SessionId;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.ledger.LeaseToken;
import dev.ingest.spi.ledger.RawLocation;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where bytes lie: what was stored once has to be found under the same keys for ever. */
final class KeyLayoutTest {

  private static final SequenceKey KEY = SequenceKey.of("alice", "ride-1");
  private static final String PLACE = SequencePlace.of(KEY).value();
  private static final String ID = "000000000000000a000000000000000b";
  private static final SessionId SESSION = SessionId.ofBits(10, 11);
  private static final RawLocation RAW = new RawLocation(SESSION, List.of(0, 3));
  private static final LeaseToken TOKEN = new LeaseToken(IncarnationId.ofBits(10, 11), 5);

  private static ContentKey key(String value) {
    return new ContentKey(value);
  }

  @Test
  void rawBytes_areBySessionAndPart() {
    String session = "raw/" + PLACE + "/" + ID;
    assertEquals(new ContentPrefix(session), KeyLayout.session(KEY, RAW));
    assertEquals(key(session + "/0000/0000002"), KeyLayout.rawItem(KEY, RAW, 2));
    assertEquals(key(session + "/0001/0000003"), KeyLayout.rawItem(KEY, RAW, 3));
    assertEquals(key(session + "/0001/manifest"), KeyLayout.rawManifest(KEY, RAW));
    assertEquals(new ContentPrefix(session + "/0001"), KeyLayout.part(KEY, RAW, 1));
    assertEquals(key("a/9999999"), KeyLayout.item(new ContentPrefix("a"), 9_999_999));
  }

  @Test
  void results_areByEpochAndLease() {
    String run = "run/" + PLACE + "/e000002-000000000005-" + ID;
    assertEquals(new ContentPrefix(run), KeyLayout.output(KEY, 2, TOKEN));
    assertEquals(
        new ContentPrefix(run + "-00000000000000ff"), KeyLayout.output(KEY, 2, TOKEN, 255));
    assertEquals(new ContentPrefix("run/" + PLACE), KeyLayout.runs(KEY));
  }

  @Test
  void rawPlace_isReadFromAKey() {
    assertEquals(
        Optional.of(new RawPlace(ID, 1, OptionalInt.of(3))),
        KeyLayout.rawPlace(KeyLayout.rawItem(KEY, RAW, 3)));
    ContentKey manifest = KeyLayout.rawManifest(KEY, RAW);
    Optional<RawPlace> place = Optional.of(new RawPlace(ID, 1, OptionalInt.empty()));
    assertEquals(place, KeyLayout.rawPlace(manifest));
    assertEquals(place, KeyLayout.rawPlace(KEY, manifest));
    SequenceKey other = SequenceKey.of("alice", "ride-2");
    assertEquals(Optional.empty(), KeyLayout.rawPlace(other, manifest));
    assertEquals(Optional.of(SESSION), KeyLayout.sessionOfManifest(manifest));
    assertEquals(Optional.empty(), KeyLayout.sessionOfManifest(KeyLayout.rawItem(KEY, RAW, 3)));
    assertEquals(
        Optional.empty(),
        KeyLayout.sessionOfManifest(KeyLayout.manifest(KeyLayout.output(KEY, 2, TOKEN))));
    assertTrue(KeyLayout.isRaw(manifest));
    assertTrue(KeyLayout.isManifest(manifest));
    assertFalse(KeyLayout.isManifest(KeyLayout.rawItem(KEY, RAW, 3)));
    assertFalse(KeyLayout.isManifest(key("raw/a-manifest")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/0001/0000003x",
        "/0001/000003",
        "/001/0000003",
        "/0001/manifests",
        "/0001",
        "x/0001/0000003"
      })
  void keyOfAnotherForm_isNoRawPlace(String end) {
    ContentKey odd = key("raw/" + PLACE + "/" + ID + end);
    assertEquals(Optional.empty(), KeyLayout.rawPlace(odd));
    assertFalse(KeyLayout.isRaw(odd));
  }

  /** A canary that is sent every ten seconds has its millionth epoch after four months. */
  @ParameterizedTest
  @ValueSource(ints = {999_999, 1_000_000, Integer.MAX_VALUE})
  void leaseOutput_isReadWhateverTheEpoch(int epoch) {
    ContentPrefix output = KeyLayout.output(KEY, epoch, TOKEN);
    assertEquals(
        Optional.of(new LeaseOutput(output, 5, ID)),
        KeyLayout.leaseOutput(KEY, KeyLayout.item(output, 3)));
  }

  @Test
  void leaseOutput_isReadFromAKey() {
    ContentPrefix output = KeyLayout.output(KEY, 2, TOKEN);
    assertEquals(
        Optional.of(new LeaseOutput(output, 5, ID)),
        KeyLayout.leaseOutput(KEY, KeyLayout.item(output, 3)));
    ContentPrefix call = KeyLayout.output(KEY, 2, TOKEN, 255);
    assertEquals(
        Optional.of(new LeaseOutput(call, 5, ID)),
        KeyLayout.leaseOutput(KEY, call.key("deeper/0000001")));
    ContentPrefix runs = KeyLayout.runs(KEY);
    String name = runs.relative(output.key("x")).replace("/x", "");
    assertEquals(Optional.empty(), KeyLayout.leaseOutput(KEY, runs.key(name)), "no item");
    assertEquals(Optional.empty(), KeyLayout.leaseOutput(KEY, runs.key("x" + name + "/0000001")));
  }
}
