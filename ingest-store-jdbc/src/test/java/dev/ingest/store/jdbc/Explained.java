package dev.ingest.store.jdbc;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * One connection whose server tells the plan by which it really ran each statement, with what it
 * really read, be the statement prepared, one of several, or preceded by settings. Its user has to
 * be one who may load {@code auto_explain}. Used by one thread.
 */
final class Explained implements AutoCloseable {

  private static final Pattern SCAN =
      Pattern.compile(
          "(Seq Scan|Index Scan|Index Only Scan|Bitmap Heap Scan)( Backward)?"
              + "(?: using (\\w+))? on (\\w+).*?(?:actual rows=([0-9.]+) loops=([0-9]+)|never).*");
  private static final Pattern REMOVED =
      Pattern.compile("Rows Removed by (?:Filter|Index Recheck): ([0-9]+)");

  private final Connection connection;
  private final List<String> plans = new ArrayList<>();

  /**
   * Connects.
   *
   * @param url where to
   * @param mode how prepared statements are planned, as {@code plan_cache_mode} has it
   */
  Explained(String url, String mode) throws SQLException {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(url);
    source.setOptions(
        "-c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0"
            + " -c auto_explain.log_level=notice -c auto_explain.log_analyze=on"
            + " -c auto_explain.log_timing=off -c plan_cache_mode="
            + mode);
    connection = source.getConnection();
  }

  /** How one table was read. */
  record Scan(String how, String table, @Nullable String index, double read) {}

  /** Returns a source of this connection, which stays open. */
  DataSource source() {
    return (DataSource)
        proxy(DataSource.class, (method, args) -> proxy(Connection.class, this::onConnection));
  }

  /** What a proxy does. */
  @FunctionalInterface
  private interface Handler {

    @Nullable Object handle(Method method, Object @Nullable [] args) throws Throwable;
  }

  private static Object proxy(Class<?> type, Handler handler) {
    return Proxy.newProxyInstance(
        Explained.class.getClassLoader(),
        new Class<?>[] {type},
        (proxy, method, args) -> {
          try {
            return handler.handle(method, args);
          } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
          }
        });
  }

  private @Nullable Object onConnection(Method method, Object @Nullable [] args) throws Throwable {
    if (method.getName().equals("close")) {
      return null;
    }
    Object result = method.invoke(connection, args);
    return result instanceof Statement statement
        ? proxy(method.getReturnType(), (call, values) -> onStatement(statement, call, values))
        : result;
  }

  private @Nullable Object onStatement(Statement statement, Method method, Object @Nullable [] args)
      throws Throwable {
    Object result = method.invoke(statement, args);
    if (method.getName().startsWith("execute")) {
      for (SQLWarning told = statement.getWarnings(); told != null; told = told.getNextWarning()) {
        String text = String.valueOf(told.getMessage());
        if (text.contains("plan:")) {
          plans.add(text);
        }
      }
      statement.clearWarnings();
    }
    return result;
  }

  /** Returns the plans of all that ran since the last time. */
  List<String> plans() {
    List<String> taken = List.copyOf(plans);
    plans.clear();
    return taken;
  }

  /** Finds how a plan reads tables. */
  static List<Scan> scans(String plan) {
    List<Scan> scans = new ArrayList<>();
    for (String line : plan.lines().toList()) {
      Matcher scan = SCAN.matcher(line);
      Matcher removed = REMOVED.matcher(line);
      if (scan.find()) {
        double read =
            scan.group(5) == null
                ? 0
                : Double.parseDouble(scan.group(5)) * Double.parseDouble(scan.group(6));
        scans.add(new Scan(scan.group(1), scan.group(4), scan.group(3), read));
      } else if (removed.find() && !scans.isEmpty()) {
        Scan last = scans.remove(scans.size() - 1);
        double more = Double.parseDouble(removed.group(1));
        scans.add(new Scan(last.how(), last.table(), last.index(), last.read() + more));
      }
    }
    return scans;
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
