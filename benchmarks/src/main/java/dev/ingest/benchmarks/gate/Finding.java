package dev.ingest.benchmarks.gate;

import org.jspecify.annotations.Nullable;

/**
 * A count beside the one that is written down.
 *
 * @param name what is counted
 * @param before what is written down; null if nothing is
 * @param now what was counted; null if nothing was
 */
record Finding(String name, @Nullable Long before, @Nullable Long now) {

  enum Verdict {
    SAME("", false),
    LESS("LESS: write it down with --write, so that it stays", true),
    MORE("MORE than is written down", true),
    NEW("NOT WRITTEN DOWN: see it, then --write", true),
    GONE("NO LONGER COUNTED", true);

    private final String text;
    private final boolean fails;

    Verdict(String text, boolean fails) {
      this.text = text;
      this.fails = fails;
    }

    boolean fails() {
      return fails;
    }
  }

  Verdict verdict() {
    if (before == null) {
      return Verdict.NEW;
    }
    if (now == null) {
      return Verdict.GONE;
    }
    if (Math.abs(now - before) <= Counter.of(name).slack()) {
      return Verdict.SAME;
    }
    return now > before ? Verdict.MORE : Verdict.LESS;
  }

  String row() {
    return "| %s | %s | %s | %s |"
        .formatted(name, before == null ? "" : before, now == null ? "" : now, verdict().text);
  }
}
