package dev.ingest.core.engine;

import dev.ingest.core.CompletionRefusedException;
import dev.ingest.core.ConfigurationException;
import dev.ingest.core.alert.HttpDestination;
import dev.ingest.spi.Digest;
import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.SequencePlace;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentPrefix;
import dev.ingest.spi.ledger.ControlRecord;
import dev.ingest.testkit.fuzz.FuzzSubject;
import dev.ingest.testkit.fuzz.ParserFuzz;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What the engine reads of records, keys and tokens that others may have changed. */
final class EngineParsersTest {

  private static final String HEX = "0123456789abcdef0123456789abcdef";
  private static final String NAME = "one";
  private static final Pattern NUMBER = Pattern.compile("(?<![0-9])\\+?0*(?=[0-9])");
  private static final Pattern TIME = Pattern.compile("[-+]?[0-9]{4,}-[^,]*Z");
  private static final Pattern FIRST_KEY =
      Pattern.compile("\nscope ([!-~]+)\n(?s:.*?)\ngoing [a-z]+\n([!-~]+) ");

  private static Stream<FuzzSubject> parsers() {
    return Stream.of(
            records(),
            statesOfWatchers(),
            Stream.of(token(), tokenFields(), rawKey(), leaseKey(), destination()))
        .flatMap(Function.identity());
  }

  /** Records of names and values, of which none but these two exceptions may come. */
  private static Stream<FuzzSubject> records() {
    return Stream.of(
            fields(
                "backfill-record",
                text -> BackfillRecord.parse(record(BackfillRecord.key(NAME), text)).record(1)),
            fields(
                "route-record",
                text -> RouteRecord.format(key(), RouteRecord.parse(record(text))).record(1)),
            FuzzSubject.ofLooseText(
                "expiry-policy",
                text -> KeptPolicy.parse(record(KeptPolicy.RECORD, text)),
                policy -> KeptPolicy.body(policy).record(1).body()),
            FuzzSubject.ofReader(
                "node-record",
                input ->
                    NodeRecord.parse(record(FuzzSubject.text(input)), Map.of(), new HashMap<>())),
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

  /** A record that is written with the values that were read, whatever stood beside them. */
  private static FuzzSubject fields(String name, Function<String, ControlRecord> readAndWrite) {
    return FuzzSubject.ofLooseText(
        name,
        text -> {
          ControlRecord written = readAndWrite.apply(text);
          requireFields(written.body(), RecordBody.parse(record(text)));
          return written;
        },
        ControlRecord::body);
  }

  private static void requireFields(String written, RecordBody read) {
    for (String line : written.lines().skip(1).toList()) {
      String field = line.substring(0, line.indexOf('='));
      String found = read.find(field).orElse("");
      String value = RecordBody.of(key()).with(field, found).text(field);
      require(same(line.substring(field.length() + 1), value), line);
    }
  }

  /**
   * Equal but for the spelling of numbers and times, and for the order and number of names. What is
   * written as nothing belongs to something that is not there.
   */
  private static boolean same(String written, String read) {
    return written.isEmpty()
        || spelled(written).equals(spelled(read))
        || TIME.matcher(written).matches();
  }

  private static List<String> spelled(String value) {
    StringBuilder digits = new StringBuilder();
    value
        .chars()
        .map(c -> Character.isDigit(c) ? '0' + Character.digit(c, 10) : c)
        .forEach(c -> digits.append((char) c));
    String numbers = NUMBER.matcher(digits).replaceAll("");
    return Arrays.stream(numbers.split(",", -1)).sorted().distinct().toList();
  }

  private static Stream<FuzzSubject> statesOfWatchers() {
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
                text -> QuarantineRecord.parse(record(quarantineKey(text), text)),
                record -> record.record(1).body())
            .refusing(IllegalStateException.class)
            .refusing(InvalidValueException.class)
            .madeOf("going true\n", "sequence ", "alice ride-1", HEX, " 12 -\n"));
  }

  /** The name that the first of its keys gives it; otherwise no change of that would be read. */
  private static ControlRecord.Key quarantineKey(String text) {
    Matcher first = FIRST_KEY.matcher(text);
    String key = first.find() ? first.group(1) + "/" + first.group(2) : "";
    String hash = Digest.ofUtf8(key).hex().substring(0, 14);
    return new ControlRecord.Key(
        QuarantineRecord.KIND, QuarantineRecord.head(place()).concat(hash));
  }

  private static FuzzSubject token() {
    return FuzzSubject.ofText("stage-token", TokenText::parse, TokenText::text)
        .refusing(CompletionRefusedException.class)
        .madeOf("ic1.", "YWxpY2UK", "==");
  }

  /** The same, changed below its Base64. */
  private static FuzzSubject tokenFields() {
    return FuzzSubject.ofReader(
            "stage-token-fields",
            input -> {
              TokenText token =
                  TokenText.parse("ic1." + Base64.getUrlEncoder().encodeToString(input));
              String text = new String(input, StandardCharsets.US_ASCII);
              require(
                  text.startsWith(token.held().key().toString().replace('/', '\n') + "\n"), token);
              require(text.contains(token.held().token().incarnation().value()), token);
            })
        .refusing(CompletionRefusedException.class)
        .madeOf("alice\n", "1\n", "999999999999999999\n", "1000000000000000000\n", HEX);
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
    return FuzzSubject.ofReader(
            "http-destination", input -> HttpDestination.of(FuzzSubject.uri(input)))
        .refusing(ConfigurationException.class)
        .refusing(URISyntaxException.class)
        .madeOf("http://", "https://", "user:secret@", "[::1]", ":80", "#x");
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
    return ParserFuzz.tests(parsers());
  }
}
