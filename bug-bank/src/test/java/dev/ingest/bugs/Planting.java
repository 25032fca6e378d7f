package dev.ingest.bugs;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Plants a bug: compiles the sources that it changes, as it changes them, into a folder. */
final class Planting {

  private final Reactor reactor;

  Planting(Reactor reactor) {
    this.reactor = reactor;
  }

  /**
   * Returns the changed sources by their paths.
   *
   * @throws BugBankException if the bug does not fit the sources
   */
  Map<String, String> change(Bug bug) throws IOException {
    Map<String, String> changed = new LinkedHashMap<>();
    for (Edit edit : bug.edits()) {
      String source = changed.get(edit.file());
      if (source == null) {
        Path file = reactor.root().resolve(edit.file());
        if (!Files.exists(file)) {
          throw new BugBankException(bug.name() + ": there is no " + edit.file());
        }
        source = Files.readString(file);
      }
      changed.put(edit.file(), edit.applyTo(source, bug.name()));
    }
    return changed;
  }

  /**
   * Compiles a bug.
   *
   * @return what the compiler says; empty if it took it
   */
  String compile(Bug bug, Path target) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    if (compiler == null) {
      throw new BugBankException("the bug bank needs a JDK: this Java has no compiler");
    }
    List<JavaFileObject> sources = new ArrayList<>();
    change(bug).forEach((file, text) -> sources.add(new Changed(file, text)));
    List<String> options =
        List.of(
            "--release",
            "17",
            "-proc:none",
            "-implicit:none",
            "-nowarn",
            "-parameters",
            "-g",
            "-d",
            target.toString(),
            "-cp",
            reactor.compilePath());
    StringWriter words = new StringWriter();
    boolean isTaken = compiler.getTask(words, null, null, options, null, sources).call();
    return isTaken ? "" : "it does not compile: " + words;
  }

  private static final class Changed extends SimpleJavaFileObject {
    private final String text;

    Changed(String file, String text) {
      super(URI.create("string:///" + file), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
