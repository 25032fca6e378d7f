package dev.ingest.core.engine;

import dev.ingest.core.CompletionRefusedException;
import dev.ingest.core.ConfigurationException;
import dev.ingest.core.alert.HttpDestination;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.testkit.fuzz.FuzzPlan;
import dev.ingest.testkit.fuzz.FuzzSubject;
import dev.ingest.testkit.fuzz.ParserFuzz;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What the engine reads of records, keys and tokens that others may have changed. */
final class EngineParsersTest {

  private static final String HEX = "0123456789abcdef0123456789abcdef";
  private static final String NAME = "one";

  private static Stream<FuzzSubject> parsers() {
    return Stream.of(
            records(), statesOfWatchers(), Stream.of(token(), rawKey(), leaseKey(), destination()))
        .flatMap(Function.identity());
  }

  /** Records of names and values, of which none but these two exceptions may come. */
  private static Stream<FuzzSubject> records() {
    return Stream.of(
            FuzzSubject.ofLooseText(
                "backfill-record",
                text -> BackfillRecord.parse(record(BackfillRecord.key(NAME), text)),
                record -> record.record(1).body()),
            FuzzSubject.ofLooseText(
                "route-record",
                text -> RouteRecord.parse(record(text)),
                route -> RouteRecord.format(key(), route).record(1).body()),
            FuzzSubject.ofLooseText(
                "expiry-policy",
                text -> KeptPolicy.parse(record(KeptPolicy.RECORD, text)),
                policy -> KeptPolicy.body(policy).record(1).body()),
            FuzzSubject.ofReader(
                "node-record", input -> NodeRecord.parse(record(FuzzSubject.text(input)))),
            FuzzSubject.ofReader(
                "route-progress",
                input -> RouteProgress.parse(NAME, record(FuzzSubject.text(input)))),
            FuzzSubject.ofReader(
                "audit-diary", input -> AuditDiary.parse(record(FuzzSubject.text(input)))))
        .map(
            subject ->
                subject
                    .refusing(IllegalStateException.class)
                    .refusing(InvalidValueException.class)
                    .madeOf("ingest-record 1\n", "=", "\n", ",", ".0", "-1", "PT1S", "RUNNING"));
  }

  private static Stream<FuzzSubject> statesOfWatchers() {
    ContentKey first = new ContentPrefix("raw").child(place().value()).key(HEX + "/0001/0000000");
    return Stream.of(
        FuzzSubject.ofText(
                "watcher-record", text -> WatcherRecord.parse(record(text)), WatcherRecord::format)
            .refusing(InvalidValueException.class)
            .madeOf("news=silent\n", "none", "period=", "node-1"),
        FuzzSubject.ofLooseText(
                "audit-record", text -> AuditRecord.parse(record(text)), AuditRecord::format)
            .refusing(InvalidValueException.class)
            .madeOf("open ", "done ", "- ", place().value(), "999999999999999999", "\n"),
        FuzzSubject.ofLooseText(
                "quarantine-record",
                text -> QuarantineRecord.parse(record(QuarantineRecord.key(place(), first), text)),
                record -> record.record(1).body())
            .refusing(IllegalStateException.class)
            .refusing(InvalidValueException.class)
            .madeOf("going true\n", "sequence ", "alice ride-1", HEX, " 12 -\n"));
  }

  private static FuzzSubject token() {
    return FuzzSubject.ofText("stage-token", TokenText::parse, TokenText::text)
        .refusing(CompletionRefusedException.class)
        .madeOf("ic1.", "YWxpY2UK", "==");
  }

  private static FuzzSubject rawKey() {
    return FuzzSubject.ofReader(
            "raw-key",
            input -> {
              String text = FuzzSubject.text(input);
              KeyLayout.rawPlace(new ContentKey(text))
                  .ifPresent(place -> require(text.endsWith(written(place)), place));
            })
        .refusing(InvalidValueException.class)
        .madeOf("raw/", HEX, "/0001/", "/0000000", "/manifest");
  }

  private static String written(KeyLayout.RawPlace place) {
    String last = place.ordinal().isPresent() ? "%07d" : "manifest";
    return ("%s/%04d/" + last).formatted(place.session(), place.part(), place.ordinal().orElse(0));
  }

  private static FuzzSubject leaseKey() {
    ContentPrefix runs = new ContentPrefix("run").child(place().value());
    return FuzzSubject.ofReader(
            "lease-key",
            input -> {
              ContentKey key = runs.key(FuzzSubject.text(input));
              KeyLayout.leaseOutput(runs, key)
                  .ifPresent(found -> require(found.prefix().covers(key), found));
            })
        .refusing(InvalidValueException.class)
        .madeOf("e000001-", "000000000001-", HEX, "-", "/manifest");
  }

  private static FuzzSubject destination() {
    return FuzzSubject.ofReader("http-destination", input -> HttpDestination.of(uri(input)))
        .refusing(ConfigurationException.class)
        .refusing(URISyntaxException.class)
        .madeOf("http://", "https://", "user:secret@", "[::1]", ":80", "#x");
  }

  /** As the JDK documents it: of a number in an address that is too large, it throws another. */
  private static URI uri(byte[] input) throws URISyntaxException {
    String text = FuzzSubject.text(input);
    try {
      return new URI(text);
    } catch (NumberFormatException e) {
      throw new URISyntaxException(text, "a number that is too large");
    }
  }

  private static void require(boolean holds, Object found) {
    if (!holds) {
      throw new AssertionError("is not what it was read as: " + found);
    }
  }

  private static SequencePlace place() {
    return new SequencePlace(HEX.substring(0, 16) + "/" + HEX);
  }

  private static ControlRecord.Key key() {
    return new ControlRecord.Key("kind", NAME);
  }

  private static ControlRecord record(String text) {
    return record(key(), text);
  }

  private static ControlRecord record(ControlRecord.Key key, String text) {
    return new ControlRecord(key, 1, text);
  }

  @TestFactory
  Stream<DynamicTest> parsers_readWhatTheyWriteOrRefuse() {
    ParserFuzz fuzz = new ParserFuzz(Path.of("src/test/resources/fuzz"), FuzzPlan.ofProperties());
    return parsers()
        .map(
            parser ->
                DynamicTest.dynamicTest(parser.name(), () -> System.out.println(fuzz.run(parser))));
  }
}
