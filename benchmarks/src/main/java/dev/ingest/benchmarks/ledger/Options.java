package dev.ingest.benchmarks.ledger;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What to compare, and how much of it.
 *
 * @param items the items of one measurement
 * @param rounds how often each is measured
 * @param threads the ledger's worker threads
 * @param rows the most settled rows that growth is measured at, and the most pending expiries among
 *     which pages of what is due are read; 0 for neither
 * @param only what takes part
 * @param url an external server; empty for one of our own
 * @param pgbench the program; empty for the first that is found
 * @param date the date of the report; empty for today
 * @param profile whether the server's own account of the ledger's statements is printed
 */
record Options(
    int items,
    int rounds,
    int threads,
    long rows,
    Set<Part> only,
    Optional<String> url,
    Optional<String> pgbench,
    Optional<String> date,
    boolean profile) {

  static final String USAGE =
      """
      --items N        items of one measurement (50000)
      --rounds N       how often each is measured (2)
      --threads N      worker threads of the ledger (4)
      --rows N         settled rows up to which growth is measured: 10000, 1000000, 10000000; 0: not;
                       and pending expiries up to which pages of what is due are,
                       and of which the half is expired
      --only LIST      of ingest, db-scheduler, jobrunr, dbos, pgbench, lifecycle, growth, nodes, due,
                       expiry
      --url URL        an external server, jdbc:postgresql://host/db?user=...; a superuser
      --pgbench PATH   the program (found on the PATH or in /usr/lib/postgresql/*/bin)
      --date TEXT      the date of the report (today)
      --profile        also the server's account of the ledger's statements (own server alone)
      """;

  static final Options DEFAULT =
      new Options(
          50_000,
          2,
          4,
          1_000_000,
          EnumSet.allOf(Part.class),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          false);

  /** What can take part. */
  enum Part {
    INGEST,
    DB_SCHEDULER,
    JOBRUNR,
    DBOS,
    PGBENCH,
    LIFECYCLE,
    GROWTH,
    NODES,
    DUE,
    EXPIRY
  }

  static Options parse(String... arguments) {
    Parser parser = new Parser();
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i].equals("--profile")) {
        parser.profile = true;
      } else if (i + 1 < arguments.length) {
        parser.take(arguments[i], arguments[++i]);
      } else {
        throw new IllegalArgumentException(arguments[i] + " needs a value; options:\n" + USAGE);
      }
    }
    return parser.options();
  }

  boolean has(Part part) {
    return only.contains(part);
  }

  private static final class Parser {

    private int items = DEFAULT.items();
    private int rounds = DEFAULT.rounds();
    private int threads = DEFAULT.threads();
    private long rows = DEFAULT.rows();
    private Set<Part> only = DEFAULT.only();
    private Optional<String> url = Optional.empty();
    private Optional<String> pgbench = Optional.empty();
    private Optional<String> date = Optional.empty();
    private boolean profile;

    void take(String name, String value) {
      switch (name) {
        case "--items" -> whole(name, value, 1, 10_000_000, number -> items = (int) number);
        case "--rounds" -> whole(name, value, 1, 100, number -> rounds = (int) number);
        case "--threads" -> whole(name, value, 1, Place.POOL, number -> threads = (int) number);
        case "--rows" -> whole(name, value, 0, 100_000_000, number -> rows = number);
        case "--only" -> only = parts(value);
        case "--url" -> url = Optional.of(value);
        case "--pgbench" -> pgbench = Optional.of(value);
        case "--date" -> date = Optional.of(value);
        default ->
            throw new IllegalArgumentException(name + " is not an option; options:\n" + USAGE);
      }
    }

    /** A consumer of a long without boxing. */
    @FunctionalInterface
    private interface Taken {

      void accept(long number);
    }

    private static void whole(String name, String value, long least, long most, Taken taken) {
      if (!value.matches("[0-9]{1,9}")
          || Long.parseLong(value) < least
          || Long.parseLong(value) > most) {
        throw new IllegalArgumentException(
            name + " takes a whole number from " + least + " to " + most + ", found " + value);
      }
      taken.accept(Long.parseLong(value));
    }

    private static Set<Part> parts(String list) {
      Set<Part> parts = EnumSet.noneOf(Part.class);
      for (String name : list.split(",", -1)) {
        String constant = name.strip().toUpperCase(Locale.ROOT).replace('-', '_');
        parts.add(
            Arrays.stream(Part.values())
                .filter(part -> part.name().equals(constant))
                .findFirst()
                .orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            name + " cannot take part; options:\n" + USAGE)));
      }
      return parts;
    }

    Options options() {
      return new Options(items, rounds, threads, rows, only, url, pgbench, date, profile);
    }
  }
}
