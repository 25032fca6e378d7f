package dev.ingest.benchmarks.ledger;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Figures of the ledger on a PostgreSQL that is started for them, for those who compare them with
 * targets.
 */
public final class LedgerFigures implements AutoCloseable {

  private static final int THREADS = 4;

  private final Server server;
  private final Bout bout;

  private LedgerFigures(Server server) {
    this.server = server;
    bout = new Bout(server, new PrintStream(OutputStream.nullOutputStream()));
  }

  /**
   * Starts a server as durable as in production.
   *
   * @return the figures
   * @throws IOException if it does not start
   */
  public static LedgerFigures open() throws IOException {
    return new LedgerFigures(Server.start(Options.DEFAULT));
  }

  /**
   * What one way gave over its rounds.
   *
   * @param name the way
   * @param median items a second
   * @param spread the least and the most of them
   * @param cost what one item sends
   * @param note shares of time, and of the processors where the machine tells
   * @param lacks what it does not do
   */
  public record Rate(
      String name, double median, String spread, String cost, String note, String lacks) {

    private static Rate of(Series series) {
      return new Rate(
          series.name(),
          series.median(),
          series.spread(),
          series.cost(),
          series.note(),
          series.lacks());
    }
  }

  /**
   * Claims and completes items without work: the ledger, and db-scheduler by both its ways.
   *
   * @param items how many
   * @param rounds how often
   * @return the ledger first
   * @throws Exception if one does not finish what it was given
   */
  public List<Rate> claimAndComplete(int items, int rounds) throws Exception {
    List<Candidate> candidates =
        List.of(
            new LedgerQueue(THREADS, Writer.Kind.OWN_BATCHES),
            new DbSchedulerQueue(true),
            new DbSchedulerQueue(false));
    return bout.measure(candidates, items, rounds).stream().map(Rate::of).toList();
  }

  /**
   * Takes sequences whose sessions are open from acceptance to publication.
   *
   * @param items how many
   * @param rounds how often
   * @return the rate
   * @throws Exception if one does not come to its end
   */
  public Rate wholeLifecycle(int items, int rounds) throws Exception {
    Candidate lifecycle = new LedgerLifecycle(THREADS, Writer.Kind.OWN_BATCHES, false);
    return Rate.of(bout.measure(List.of(lifecycle), items, rounds).get(0));
  }

  /**
   * One engine beside a number of open entries.
   *
   * @param rate what it finished
   * @param heapMebibytes what the engine holds after a collection, with its pool and its ledger
   *     store
   * @param databaseMebibytesPerMillion what a million of the entries take in the database
   */
  public record Opened(Rate rate, double heapMebibytes, double databaseMebibytesPerMillion) {}

  /**
   * Runs sequences through a whole engine beside entries that wait, in turns.
   *
   * @param sizes how many entries wait
   * @param sequences how many run in a round
   * @param rounds how often
   * @return what each size gave
   * @throws Exception if a sequence is not published
   */
  public List<Opened> besideOpen(List<Long> sizes, int sequences, int rounds) throws Exception {
    return new OpenEntries(server, sequences).measure(sizes, rounds);
  }

  /**
   * What one size gave.
   *
   * @param size how many
   * @param rate what was finished beside them, or by them
   */
  public record Sized(long size, Rate rate) {}

  /**
   * Claims and completes items beside ever more entries that have settled.
   *
   * @param rows the most of those
   * @param items how many items
   * @param rounds how often
   * @return what each size gave, in ascending order
   * @throws Exception if one does not finish what it was given
   */
  public List<Sized> besideSettled(long rows, int items, int rounds) throws Exception {
    return sized(
        Growth.sizes(rows), new Growth(server, bout, THREADS).measure(rows, items, rounds));
  }

  /**
   * Claims and completes items by ever more nodes, one thread each.
   *
   * @param items how many
   * @param rounds how often
   * @return what each number of nodes gave, in ascending order
   * @throws Exception if one does not finish what it was given
   */
  public List<Sized> byNodes(int items, int rounds) throws Exception {
    List<Candidate> nodes = new ArrayList<>();
    NodeGrowth.COUNTS.forEach(count -> nodes.add(new NodeGrowth(count)));
    return sized(
        NodeGrowth.COUNTS.stream().mapToLong(Integer::longValue).toArray(),
        bout.measure(nodes, items, rounds));
  }

  private static List<Sized> sized(long[] sizes, List<Series> series) {
    List<Sized> all = new ArrayList<>();
    for (int i = 0; i < sizes.length; i++) {
      all.add(new Sized(sizes[i], Rate.of(series.get(i))));
    }
    return all;
  }

  @Override
  public void close() throws IOException {
    server.close();
  }

  static Opened opened(Series series, double heapMebibytes, double perMillion) {
    return new Opened(Rate.of(series), heapMebibytes, perMillion);
  }
}
