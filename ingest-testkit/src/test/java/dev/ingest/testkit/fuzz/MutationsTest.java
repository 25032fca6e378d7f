package dev.ingest.testkit.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the changes of inputs come to, counted over many of one seed. */
class MutationsTest {

  private static final int CHANGES = 20_000;
  private static final FuzzSubject SUBJECT = FuzzSubject.ofReader("any", input -> {});

  @TempDir private Path folder;

  @Test
  void changes_beginMostOftenWithWhatWasAccepted() throws Exception {
    for (int i = 0; i < 99; i++) {
      Files.writeString(folder.resolve("refused-" + i), "refused here");
    }
    Corpus corpus = corpus("accepted here");
    long like = count(SUBJECT, corpus, input -> input.startsWith("accept"));
    assertTrue(like > CHANGES / 5, like + " begin with what was accepted");
  }

  @Test
  void fieldOfAForm_getsTheValueOfAnother() throws Exception {
    List<String> copied = List.of("left=34,right=34", "left=12,right=12");
    long whole = count(SUBJECT, corpus("left=12,right=34"), copied::contains);
    assertTrue(whole > 20, whole + " have the same value twice");
  }

  @Test
  void numberOfFourBytes_comesToItsBounds() throws Exception {
    List<String> bounds = List.of("\u007f\u00ff\u00ff\u00ff", "\u00ff\u00ff\u00ff\u007f");
    long bound = count(SUBJECT, corpus("\0\0\0\0"), bounds::contains);
    assertTrue(bound > 0, "neither order of bytes had the largest number");
  }

  @Test
  void halfOfTheChanges_areMended() throws Exception {
    FuzzSubject mending = SUBJECT.mendedBy(input -> "mended".getBytes(StandardCharsets.UTF_8));
    long mended = count(mending, corpus("an input"), "mended"::equals);
    assertEquals(0.5, mended / (double) CHANGES, 0.02);
  }

  /** The examples in the folder, the last of which is accepted. */
  private Corpus corpus(String accepted) throws IOException {
    Files.writeString(folder.resolve("the-accepted"), accepted, StandardCharsets.ISO_8859_1);
    Corpus corpus = Corpus.read(folder);
    corpus.accept(corpus.known().get(corpus.known().size() - 1));
    return corpus;
  }

  private static long count(FuzzSubject subject, Corpus corpus, Predicate<String> wanted) {
    Mutations mutations = new Mutations(1, subject);
    return Stream.generate(() -> mutations.next(corpus))
        .limit(CHANGES)
        .map(input -> new String(input, StandardCharsets.ISO_8859_1))
        .filter(wanted)
        .count();
  }
}
