package dev.ingest.core.engine;

import static dev.ingest.core.engine.Bench.RIDE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.core.Finding;
import dev.ingest.core.Finding.Kind;
import dev.ingest.spi.ItemName;
import dev.ingest.spi.content.ContentKey;
import dev.ingest.spi.content.ContentStore;
import dev.ingest.testkit.InMemoryContent;
import dev.ingest.testkit.fault.Fault;
import dev.ingest.testkit.fault.FaultingContent;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Damage counts if two looks agree, and what is missing only where the store is not in doubt. */
final class CertaintyTest {

  private static final Finding RAW = finding(Kind.RAW_MISSING, "a", "none");
  private static final Finding RESULT = finding(Kind.RESULT_MISSING, "a", "none");
  private static final Finding DIFFERS = finding(Kind.RAW_DIFFERS, "b", "3 bytes");
  private static final Finding UNREAD = finding(Kind.UNREADABLE, "c", "an error");

  private final Bench bench = new Bench();

  private static Finding finding(Kind kind, String item, String actual) {
    return new Finding(kind, RIDE, Optional.of(ItemName.of(item)), "expected", actual);
  }

  @BeforeEach
  void fill() {
    Engine engine = bench.engine(Bench.copying());
    Bench.submit(engine, RIDE, "a", "x");
    bench.run(engine);
    assertEquals(Optional.empty(), new Binding(bench.ledger, bench.content).settle());
  }

  private Optional<String> doubt(ContentStore content, Finding... findings) {
    return new Certainty(bench.node(bench.ledger, content)).doubt(List.of(findings));
  }

  private void empty(String area) {
    for (ContentKey key : bench.content.keys()) {
      if (key.value().startsWith(area)) {
        bench.content.remove(key);
      }
    }
  }

  @Test
  void looks_agreeOnKindItemAndWhatIsThereInstead() {
    assertTrue(Certainty.isSame(List.of(RAW, DIFFERS), List.of(RAW, DIFFERS)));
    assertFalse(Certainty.isSame(List.of(RAW, DIFFERS), List.of(RAW)));
    assertFalse(Certainty.isSame(List.of(RAW), List.of(RESULT)));
    assertFalse(Certainty.isSame(List.of(RAW), List.of(finding(Kind.RAW_MISSING, "b", "none"))));
    assertFalse(
        Certainty.isSame(List.of(DIFFERS), List.of(finding(Kind.RAW_DIFFERS, "b", "4 bytes"))));
  }

  @Test
  void whatCouldNotBeRead_countsInNeitherLook() {
    assertTrue(Certainty.isSame(List.of(UNREAD, DIFFERS), List.of(DIFFERS)));
    assertTrue(Certainty.isSame(List.of(DIFFERS), List.of(DIFFERS, UNREAD)));
    assertEquals(List.of(DIFFERS), Certainty.damage(List.of(UNREAD, DIFFERS, UNREAD)));
  }

  @Test
  void bytesThatDiffer_areNotMissing() {
    assertFalse(Certainty.isMissingSomething(List.of(DIFFERS, UNREAD)));
    assertTrue(Certainty.isMissingSomething(List.of(DIFFERS, RAW)));
    assertTrue(Certainty.isMissingSomething(List.of(RESULT)));
  }

  @Test
  void whatIsMissingFromTheOwnStore_isMissing() {
    assertEquals(Optional.empty(), doubt(bench.content, RAW));
    assertEquals(Optional.empty(), doubt(bench.content, RESULT, RAW));
  }

  @Test
  void whatIsMissingFromAnotherStore_mayBeThereInTruth() {
    InMemoryContent other = new InMemoryContent();
    assertTrue(doubt(other, RAW).orElseThrow().contains(bench.ledger.name()));
    assertTrue(doubt(other, RESULT).isPresent());
    assertEquals(Optional.empty(), doubt(other, DIFFERS), "which was read there");
  }

  /** Its binding is there, and its results are. */
  @Test
  void areaWithNothingAtAll_mayNotBeMounted() {
    empty("raw/");
    assertTrue(
        doubt(bench.content, RAW).orElseThrow().contains("has nothing at all below raw;"),
        () -> doubt(bench.content, RAW).toString());
    assertEquals(Optional.empty(), doubt(bench.content, RESULT), "of another area");
  }

  @Test
  void areaOfResultsWithNothingAtAll_mayNotBeMounted() {
    empty("run/");
    assertTrue(
        doubt(bench.content, RAW, RESULT).orElseThrow().contains("has nothing at all below run;"),
        () -> doubt(bench.content, RESULT).toString());
    assertEquals(Optional.empty(), doubt(bench.content, RAW), "of another area");
  }

  @Test
  void storeThatDoesNotAnswer_isInDoubt() {
    ContentStore out =
        new FaultingContent(
            bench.content.access(),
            call -> call.method().equals("list") ? new Fault.FailBefore() : new Fault.None());
    assertTrue(doubt(out, RAW).isPresent());
    assertTrue(doubt(out, RESULT).isPresent());
    assertEquals(Optional.empty(), doubt(out, DIFFERS), "and is not asked");
  }
}
