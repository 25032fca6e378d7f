package dev.ingest.store.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What goes to a server ahead of whatever changes the ledger. Nobody answers here, and a replica is
 * accepted since else the driver would be asked whether this is one.
 */
class TransactionHeadTest {

  private static final String WAITING =
      "CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on'";

  private final List<String> sent = new ArrayList<>();

  private static <T> T answering(Class<T> type, InvocationHandler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            TransactionHeadTest.class.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private static @Nullable Object nothingOf(Class<?> type) {
    if (type == boolean.class) {
      return false;
    }
    return type == int.class ? -1 : null;
  }

  private DataSource nobody() {
    InvocationHandler silent =
        (self, method, arguments) -> {
          if (method.getName().equals("execute") && arguments != null) {
            sent.add(String.valueOf(arguments[0]));
          }
          return nothingOf(method.getReturnType());
        };
    Connection connection =
        answering(
            Connection.class,
            (self, method, arguments) -> {
              if (method.getName().equals("prepareStatement")) {
                sent.add(String.valueOf(arguments[0]));
                return answering(PreparedStatement.class, silent);
              }
              return method.getName().equals("createStatement")
                  ? answering(Statement.class, silent)
                  : nothingOf(method.getReturnType());
            });
    return answering(DataSource.class, (self, method, arguments) -> connection);
  }

  private ServerDatabase database(ServerRisk... accepted) {
    PostgresDialect dialect =
        new PostgresDialect("silent", "ingest_", Optional.of(InstantSource.fixed(Instant.EPOCH)));
    return new ServerDatabase(nobody(), dialect, Set.of(accepted));
  }

  private String firstOf(Runnable change) {
    sent.clear();
    change.run();
    return sent.get(0);
  }

  private static Object nothing(Statements db) throws SQLException {
    db.run("SELECT 1");
    return "nothing";
  }

  private List<String> firstOfEachChange(ServerDatabase database) {
    return List.of(
        firstOf(() -> database.single("try", TransactionHeadTest::nothing)),
        firstOf(() -> database.singleOfCommits("try", TransactionHeadTest::nothing)),
        firstOf(() -> database.singleOfRenewals("try", TransactionHeadTest::nothing)),
        firstOf(() -> database.change("try", 1, (db, now) -> nothing(db))),
        firstOf(() -> database.changeAtOneMoment("try", (db, now) -> nothing(db))),
        firstOf(() -> database.outcomes("try", List.of())),
        firstOf(() -> database.outcomesPastLocks("try", List.of())),
        firstOf(() -> database.leasesPastLocks("try", List.of())));
  }

  @Test
  void whateverChanges_waitsForTheLog() {
    for (String first : firstOfEachChange(database(ServerRisk.READ_REPLICA))) {
      assertTrue(first.contains(WAITING), "does not wait for the log: " + first);
    }
  }

  @Test
  void riskThatWasAccepted_isLeftAsItIs() {
    for (String first :
        firstOfEachChange(database(ServerRisk.READ_REPLICA, ServerRisk.SYNCHRONOUS_COMMIT_OFF))) {
      assertEquals(-1, first.indexOf("synchronous_commit"), first);
      assertTrue(first.contains("enable_seqscan"), first);
    }
  }

  @Test
  void severalStatements_sayHowTheyAreIsolated() {
    List<String> firsts = firstOfEachChange(database(ServerRisk.READ_REPLICA));
    assertEquals(
        List.of(
            "READ COMMITTED",
            "REPEATABLE READ",
            "READ COMMITTED",
            "READ COMMITTED",
            "READ COMMITTED"),
        firsts.stream()
            .skip(3)
            .map(first -> first.substring(0, first.indexOf(';')))
            .map(begin -> begin.replace("BEGIN ISOLATION LEVEL ", ""))
            .toList());
  }
}
