package dev.ingest.store.jdbc;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A database of numbers, of which a commit makes those durable that were written since the one
 * before. A connection that two threads use at a time fails. What it is made of is made before a
 * model checker looks.
 */
final class FakeDatabase implements EmbeddedDialect {

  private static final int CONNECTIONS = 8;
  private static final List<String> STATEMENTS =
      List.of("BEGIN", "COMMIT", "SAVEPOINT element", "RELEASE SAVEPOINT element");

  private final List<Connection> connections =
      IntStream.range(0, CONNECTIONS).mapToObj(number -> connection()).toList();
  private final Queue<Integer> written = new ConcurrentLinkedQueue<>();
  private final Queue<Integer> committed = new ConcurrentLinkedQueue<>();
  private final AtomicInteger opened = new AtomicInteger();
  private final AtomicInteger closed = new AtomicInteger();

  /** Forgets all numbers and connections. */
  void reset() {
    written.clear();
    committed.clear();
    opened.set(0);
    closed.set(0);
  }

  /** Writes a number within the transaction that runs. */
  int write(int number) {
    written.add(number);
    return number;
  }

  Queue<Integer> committed() {
    return committed;
  }

  /** How many connections are open. */
  int open() {
    return opened.get() - closed.get();
  }

  @Override
  public void requireInPlace() {}

  @Override
  public void requireNeverLost() {}

  @Override
  public Statements openWriter() {
    return new Statements(connections.get(opened.getAndIncrement()), text -> text);
  }

  @Override
  public Statements openReader() {
    return openWriter();
  }

  private Connection connection() {
    AtomicInteger users = new AtomicInteger();
    Map<String, PreparedStatement> statements = new HashMap<>();
    STATEMENTS.forEach(text -> statements.put(text, statement(text, users)));
    return stub(
        Connection.class,
        (method, given) ->
            method.equals("close") ? closed.incrementAndGet() : statements.get((String) given[0]));
  }

  private PreparedStatement statement(String text, AtomicInteger users) {
    return stub(
        PreparedStatement.class,
        (method, given) -> method.equals("execute") ? run(text, users) : null);
  }

  private boolean run(String text, AtomicInteger users) throws SQLException {
    if (users.incrementAndGet() > 1) {
      throw new SQLException("two threads use one connection");
    }
    if (text.equals("COMMIT")) {
      committed.addAll(written);
      written.clear();
    }
    users.decrementAndGet();
    return false;
  }

  @FunctionalInterface
  private interface Answers {
    @Nullable Object of(String method, Object[] given) throws SQLException;
  }

  private static <T> T stub(Class<T> type, Answers answers) {
    return type.cast(
        Proxy.newProxyInstance(
            FakeDatabase.class.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, given) ->
                switch (method.getName()) {
                  case "equals" -> proxy == given[0];
                  case "hashCode" -> 1;
                  default -> answers.of(method.getName(), given);
                }));
  }

  @Override
  public void begin(Statements db, Waiting waiting) {
    written.clear();
  }

  @Override
  public String beginReading() {
    return "BEGIN";
  }

  @Override
  public String name() {
    return "ledger of numbers";
  }

  @Override
  public String named(String text) {
    return text;
  }

  @Override
  public int maxBatch() {
    return 100;
  }

  @Override
  public String forUpdate() {
    return "";
  }

  @Override
  public boolean appendsTallies() {
    return false;
  }

  @Override
  public boolean inProcess() {
    return true;
  }

  @Override
  public String placeOf(String alias) {
    return alias;
  }

  @Override
  public boolean storesPlaces() {
    return true;
  }

  @Override
  public void lockUsage(Statements db, String owner) {}

  @Override
  public long nowMillis(Statements db) {
    return 0;
  }

  @Override
  public List<SchemaStep> schemaSteps() {
    return List.of();
  }

  @Override
  public Set<String> expectedSchema() {
    return Set.of();
  }

  @Override
  public Set<String> presentSchema(Statements db) {
    return Set.of();
  }

  @Override
  public String advice(SQLException error) {
    return "look into it";
  }
}
