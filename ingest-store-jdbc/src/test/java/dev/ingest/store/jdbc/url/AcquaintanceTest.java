package dev.ingest.store.jdbc.url;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ingest.store.jdbc.url.Acquaintance.Standing;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** What is made of the answers of servers, which are made up here. */
class AcquaintanceTest {

  private static final int TOLD = 7;

  private final Acquaintance acquaintance = new Acquaintance();
  private final List<String> questions = new ArrayList<>();
  private @Nullable SQLException refused;

  /** What one server says. */
  private record Answer(int process, boolean replica, String timeline, long cluster) {

    static Answer of(String timeline, long cluster) {
      return new Answer(TOLD, false, timeline, cluster);
    }
  }

  private Connection connection(Answer answer) {
    ResultSet row =
        proxy(
            ResultSet.class,
            (self, method, arguments) ->
                switch (method.getName()) {
                  case "next" -> true;
                  case "getInt" -> answer.process;
                  case "getBoolean" -> answer.replica;
                  case "getString" -> answer.timeline;
                  case "getLong" -> answer.cluster;
                  default -> null;
                });
    Statement statement =
        proxy(
            Statement.class,
            (self, method, arguments) -> {
              if (!method.getName().equals("executeQuery")) {
                return null;
              }
              questions.add(String.valueOf(arguments[0]));
              SQLException error = refused;
              refused = null;
              if (error != null) {
                throw error;
              }
              return row;
            });
    return proxy(
        Connection.class,
        (self, method, arguments) ->
            switch (method.getName()) {
              case "isWrapperFor" -> true;
              case "unwrap" -> self;
              case "getBackendPID" -> TOLD;
              case "createStatement" -> statement;
              case "hashCode" -> System.identityHashCode(self);
              case "equals" -> self == arguments[0];
              default -> null;
            },
        PGConnection.class);
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler, Class<?>... more) {
    List<Class<?>> types = new ArrayList<>(List.of(more));
    types.add(type);
    return type.cast(
        Proxy.newProxyInstance(
            AcquaintanceTest.class.getClassLoader(), types.toArray(new Class<?>[0]), handler));
  }

  private Standing standing(Connection connection) throws SQLException {
    return acquaintance.standing(connection, false);
  }

  private Standing met(String timeline, long cluster) throws SQLException {
    return standing(connection(Answer.of(timeline, cluster)));
  }

  @Test
  void earlierTimeline_isOutlivedOnceALaterOneWasMet() throws SQLException {
    Connection before = connection(Answer.of("00000009", 1));
    assertEquals(Standing.PRIMARY, standing(before));
    assertEquals(Standing.PRIMARY, met("0000000A", 1));
    assertEquals(Standing.OUTLIVED, standing(before));
    assertEquals(Standing.OUTLIVED, met("00000009", 1));
    assertEquals(Standing.PRIMARY, met("0000000A", 1));
    assertTrue(String.valueOf(acquaintance.outlived().getMessage()).contains("timeline 10 or"));
    assertEquals(Acquaintance.OUTLIVED_STATE, acquaintance.outlived().getSQLState());
  }

  @Test
  void anotherCluster_cannotBeCompared() throws SQLException {
    assertEquals(Standing.PRIMARY, met("00000009", 1));
    assertEquals(Standing.PRIMARY, met("00000001", 2));
    assertEquals(Standing.PRIMARY, met("00000002", 2));
    assertEquals(Standing.OUTLIVED, met("00000001", 2));
  }

  @Test
  void primary_isAskedOnce() throws SQLException {
    Connection one = connection(Answer.of("00000001", 1));
    assertEquals(Standing.PRIMARY, standing(one));
    acquaintance.meet(one);
    assertEquals(Standing.PRIMARY, standing(one));
    assertEquals(1, questions.size());
  }

  @Test
  void replica_isAskedAnewSinceItMayBePromoted() throws SQLException {
    Connection one = connection(new Answer(TOLD, true, "0", 1));
    assertEquals(Standing.REPLICA, standing(one));
    assertEquals(Standing.REPLICA, standing(one));
    assertEquals(2, questions.size());
  }

  @Test
  void serverThatDoesNotTell_isAskedLess() throws SQLException {
    assertEquals(Standing.PRIMARY, met("00000002", 1));
    refused = new SQLException("permission denied for function pg_control_system", "42501");
    assertEquals(Standing.PRIMARY, met("0", 0));
    assertEquals(3, questions.size());
    assertFalse(questions.get(2).contains("pg_control_system"), questions::toString);
  }

  @Test
  void connectionThatBreaks_isNoAnswer() {
    SQLException broken = new SQLException("gone", "08006");
    refused = broken;
    assertSame(broken, assertThrows(SQLException.class, () -> met("00000001", 1)));
    assertEquals(1, questions.size());
  }

  @Test
  void behindAPooler_anAnswerOfBeforeIsNotHeldAgainstAConnection() throws SQLException {
    Connection pooled = connection(new Answer(TOLD + 1, false, "00000001", 1));
    assertEquals(Standing.PRIMARY, standing(pooled));
    assertTrue(acquaintance.isPooled());
    assertEquals(Standing.PRIMARY, met("00000002", 1));
    assertEquals(Standing.PRIMARY, standing(pooled));
    assertEquals(Standing.OUTLIVED, acquaintance.standing(pooled, true));
    assertTrue(acquaintance.guard().orElse("").contains("'00000002'"));
  }

  @Test
  void beforeAnyAnswer_thereIsNothingToGuard() {
    assertTrue(acquaintance.guard().isEmpty());
    assertFalse(acquaintance.isPooled());
  }
}
