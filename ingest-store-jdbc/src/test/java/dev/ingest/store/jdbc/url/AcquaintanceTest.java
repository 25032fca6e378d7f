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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** What is made of the answers of servers, which are made up here. */
class AcquaintanceTest {

  private static final int TOLD = 7;

  /** Near the end of what the counter holds, which may begin anywhere. */
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);

  private final Acquaintance acquaintance = new Acquaintance(nanos::get);
  private final List<String> questions = new ArrayList<>();
  private @Nullable SQLException refused;

  /** What one server says. */
  private record Answer(int process, boolean replica, String timeline, long cluster) {

    static Answer of(String timeline, long cluster) {
      return new Answer(TOLD, false, timeline, cluster);
    }

    Answer to(String question) {
      return isWhole(question) ? this : new Answer(process, replica, "0", 0);
    }
  }

  private static boolean isWhole(String question) {
    return question.contains("pg_control_system");
  }

  private List<Boolean> whetherWhole() {
    return questions.stream().map(AcquaintanceTest::isWhole).toList();
  }

  private static ResultSet row(Answer answer) {
    return proxy(
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
  }

  private Statement statement(Answer answer) {
    return proxy(
        Statement.class,
        (self, method, arguments) -> {
          if (!method.getName().equals("executeQuery")) {
            return null;
          }
          String question = String.valueOf(arguments[0]);
          questions.add(question);
          SQLException error = refused;
          refused = null;
          if (error != null) {
            throw error;
          }
          return row(answer.to(question));
        });
  }

  /** Of another driver than PostgreSQL's, or of a pool that does not say what is below. */
  private Connection other(Answer answer, @Nullable Connection below) {
    return proxy(
        Connection.class,
        (self, method, arguments) ->
            switch (method.getName()) {
              case "isWrapperFor" -> arguments[0] == Connection.class && below != null;
              case "unwrap" -> below;
              case "createStatement" -> statement(answer);
              case "hashCode" -> System.identityHashCode(self);
              case "equals" -> self == arguments[0];
              default -> null;
            });
  }

  private Connection connection(Answer answer) {
    return proxy(
        Connection.class,
        (self, method, arguments) ->
            switch (method.getName()) {
              case "isWrapperFor" -> true;
              case "unwrap" -> self;
              case "getBackendPID" -> TOLD;
              case "createStatement" -> statement(answer);
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
    return acquaintance.standing(connection, true, false);
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

  private void refuse() {
    refused = new SQLException("permission denied for function pg_control_system", "42501");
  }

  @Test
  void serverThatDoesNotTell_isAskedLess() throws SQLException {
    refuse();
    assertEquals(Standing.PRIMARY, met("00000002", 1));
    assertEquals(List.of(true, false), whetherWhole());
  }

  @Test
  void primaryThatDoesNotTell_endsWhatWasKnown() throws SQLException {
    Connection before = connection(Answer.of("00000001", 1));
    assertEquals(Standing.PRIMARY, standing(before));
    assertEquals(Standing.PRIMARY, met("00000002", 1));
    assertEquals(Standing.REPLICA, standing(connection(new Answer(TOLD, true, "0", 1))));
    assertEquals(Standing.OUTLIVED, standing(before), "a replica ends nothing");
    refuse();
    assertEquals(Standing.PRIMARY, met("00000002", 1));
    assertEquals(Standing.PRIMARY, standing(before));
  }

  /** Each refusal is an error in the server's log. */
  @Test
  void serverThatRefused_isAskedTheSameOnceAMinute() throws SQLException {
    refuse();
    met("00000001", 1);
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(59));
    met("00000001", 1);
    assertEquals(List.of(true, false, false), whetherWhole());
    questions.clear();
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
    refuse();
    met("00000001", 1);
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(59));
    met("00000001", 1);
    assertEquals(List.of(true, false, false), whetherWhole());
    questions.clear();
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
    met("00000002", 1);
    assertEquals(Standing.OUTLIVED, met("00000001", 1), "it tells again");
    assertEquals(List.of(true, true), whetherWhole());
  }

  @Test
  void connectionOfAnotherDriver_isAskedOnceWhetherItIsAReplica() throws SQLException {
    Answer primary = Answer.of("00000001", 1);
    Connection below = other(primary, null);
    assertEquals(Standing.PRIMARY, standing(other(primary, below)));
    assertEquals(Standing.PRIMARY, standing(other(primary, below)));
    assertEquals(List.of(false), whetherWhole());
    Answer replica = new Answer(TOLD + 1, true, "0", 1);
    assertEquals(Standing.REPLICA, standing(other(replica, other(replica, null))));
    assertEquals(Standing.REPLICA, standing(other(replica, null)), "nobody knows what is below");
    assertFalse(acquaintance.isPooled());
  }

  @Test
  void connectionThatBreaks_isNoAnswer() {
    SQLException broken = new SQLException("gone", "08006");
    refused = broken;
    assertSame(broken, assertThrows(SQLException.class, () -> met("00000001", 1)));
    assertEquals(1, questions.size());
  }

  /** Any statement may come to any server, and none could be told from then on. */
  @Test
  void behindAPooler_noPrimaryIsRefused() throws SQLException {
    Connection before = connection(Answer.of("00000001", 1));
    assertEquals(Standing.PRIMARY, standing(before));
    assertEquals(Standing.PRIMARY, met("00000002", 1));
    Connection lent = connection(new Answer(TOLD + 1, false, "00000003", 1));
    assertEquals(Standing.PRIMARY, standing(lent));
    assertTrue(acquaintance.isPooled());
    assertEquals(Standing.PRIMARY, standing(before));
    assertEquals(Standing.PRIMARY, met("00000001", 1));
  }

  @Test
  void behindAPooler_eachReadAsksWhetherItIsAReplicaAndNoChangeDoes() throws SQLException {
    Connection lent = connection(new Answer(TOLD + 1, false, "00000001", 1));
    standing(lent);
    questions.clear();
    Connection replica = connection(new Answer(TOLD + 1, true, "0", 1));
    assertEquals(Standing.REPLICA, standing(replica));
    standing(lent);
    assertEquals(List.of(false, false), whetherWhole());
    assertEquals(Standing.PRIMARY, acquaintance.standing(replica, false, false));
    acquaintance.meet(connection(Answer.of("00000001", 1)));
    assertEquals(2, questions.size());
    assertEquals(Standing.REPLICA, acquaintance.standing(replica, false, true));
  }
}
