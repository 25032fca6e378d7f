package dev.ingest.simulator;

import dev.ingest.spi.Digest;
import edu.mit.csail.sdg.alloy4.A4Reporter;
import edu.mit.csail.sdg.ast.Command;
import edu.mit.csail.sdg.parser.CompModule;
import edu.mit.csail.sdg.parser.CompUtil;
import edu.mit.csail.sdg.translator.A4Options;
import edu.mit.csail.sdg.translator.A4Solution;
import edu.mit.csail.sdg.translator.A4Tuple;
import edu.mit.csail.sdg.translator.A4TupleSet;
import edu.mit.csail.sdg.translator.TranslateAlloyToKodkod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import kodkod.engine.satlab.SATFactory;

/** One file of {@code docs/model}, parsed, with its commands. */
final class FormalModel {

  /** What one event has made of the state of a sequence. */
  record Row(String event, String from, String to) {}

  private static final Path DIRECTORY = Path.of("..", "docs", "model");

  private static final String TRIED = "tried.txt";

  private final CompModule module;

  private FormalModel(CompModule module) {
    this.module = module;
  }

  /** The digest of each file of the model, one a line, as {@code sha256sum} prints them. */
  static String digests() throws IOException {
    StringBuilder digests = new StringBuilder();
    try (Stream<Path> files = Files.list(DIRECTORY)) {
      for (Path file : files.filter(path -> !path.endsWith(TRIED)).sorted().toList()) {
        digests
            .append(Digest.of(Files.readAllBytes(file)).hex())
            .append("  ")
            .append(file.getFileName())
            .append('\n');
      }
    }
    return digests.toString();
  }

  /** The digests of the model of which all commands have passed. */
  static String tried() throws IOException {
    return text(TRIED);
  }

  /** Writes that all commands of the model as it is have passed. */
  static void writeTried() throws IOException {
    Files.writeString(DIRECTORY.resolve(TRIED), digests());
  }

  static String text(String name) throws IOException {
    return Files.readString(DIRECTORY.resolve(name));
  }

  /** Parses a text in the place of a file, beside the other files. */
  static FormalModel parse(String name, String text) throws IOException {
    String path = DIRECTORY.resolve(name).toFile().getCanonicalPath();
    Map<String, String> loaded = new HashMap<>(Map.of(path, text));
    return new FormalModel(CompUtil.parseEverything_fromFile(A4Reporter.NOP, loaded, path));
  }

  List<Command> commands() {
    return module.getAllCommands();
  }

  Command command(String label) {
    return commands().stream().filter(found -> found.label.equals(label)).findAny().orElseThrow();
  }

  A4Solution execute(Command command) {
    A4Options options = new A4Options();
    options.solver = SATFactory.find("sat4j").orElseThrow();
    options.noOverflow = true;
    options.inferPartialInstance = false;
    return TranslateAlloyToKodkod.execute_command(
        A4Reporter.NOP, module.getAllReachableSigs(), command, options);
  }

  /** Reads what happens in a trace, one row for each of its steps. */
  List<Row> rows(A4Solution trace) {
    List<Row> rows = new ArrayList<>();
    for (int at = 0; at < trace.getTraceLength(); at++) {
      int next = at + 1 < trace.getTraceLength() ? at + 1 : trace.getLoopState();
      rows.add(
          new Row(
              name(trace, "Step.event", at),
              name(trace, "Sequence.state", at),
              name(trace, "Sequence.state", next)));
    }
    return rows;
  }

  private String name(A4Solution trace, String expression, int at) {
    A4TupleSet found =
        (A4TupleSet) trace.eval(CompUtil.parseOneExpression_fromString(module, expression), at);
    A4Tuple only = found.iterator().next();
    String atom = only.atom(0);
    return atom.substring(atom.lastIndexOf('/') + 1).replaceAll("\\$\\d+$", "");
  }
}
