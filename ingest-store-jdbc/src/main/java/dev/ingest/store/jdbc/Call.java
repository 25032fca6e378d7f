package dev.ingest.store.jdbc;

import dev.ingest.spi.InvalidValueException;
import dev.ingest.spi.ledger.LedgerException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** A caller's elements on their way through the writer, and the caller's wait for the commit. */
final class Call<T> {

  private final Errors errors;
  private final String what;
  private final int weight;
  private final List<Change<T>> changes;
  private final List<Result<T>> results = new ArrayList<>();
  private final CompletableFuture<List<Result<T>>> committed = new CompletableFuture<>();

  /**
   * Creates a call.
   *
   * @param errors names the ledger in messages
   * @param what what is attempted, as in "could not ..."
   * @param weight about how many rows it changes
   * @param changes the elements
   */
  Call(Errors errors, String what, int weight, List<Change<T>> changes) {
    this.errors = errors;
    this.what = what;
    this.weight = weight;
    this.changes = List.copyOf(changes);
  }

  List<Result<T>> results() {
    return results;
  }

  String what() {
    return what;
  }

  int weight() {
    return weight;
  }

  /**
   * Applies each element inside a savepoint of its own, so that one that fails takes nothing with
   * it. Throws only if the transaction itself is lost.
   */
  void apply(Statements db, long now) throws SQLException {
    for (Change<T> change : changes) {
      results.add(applyAlone(db, now, change));
    }
  }

  private Result<T> applyAlone(Statements db, long now, Change<T> change) throws SQLException {
    db.run("SAVEPOINT element");
    try {
      T value = change.apply(db, now);
      db.run("RELEASE SAVEPOINT element");
      return new Result.Answer<>(value);
    } catch (InvalidValueException e) {
      undo(db, e);
      return new Result.Undone<>(e);
    } catch (SQLException | RuntimeException e) {
      undo(db, e);
      return new Result.Undone<>(errors.undone(what, e));
    }
  }

  /**
   * If the transaction is lost, it is lost by what happened first: a database that has rolled it
   * back by itself, since its disk is full, only says then that there is no savepoint.
   */
  private static void undo(Statements db, Exception cause) throws SQLException {
    try {
      db.run("ROLLBACK TO SAVEPOINT element");
      db.run("RELEASE SAVEPOINT element");
    } catch (SQLException lost) {
      if (cause == lost) {
        throw lost;
      }
      if (cause instanceof SQLException first) {
        first.addSuppressed(lost);
        throw first;
      }
      lost.addSuppressed(cause);
      throw lost;
    }
  }

  /** Tells the caller that all of it is durable. */
  void complete() {
    committed.complete(results);
  }

  /**
   * Tells the caller that nothing is known, or that nothing took effect; the error says which, and
   * an error of another type says neither. Without effect on a call that has its answer.
   */
  void fail(Throwable error) {
    committed.completeExceptionally(error);
  }

  /** Waits for the commit. */
  List<Result<T>> await() {
    try {
      return committed.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw errors.interrupted(what, e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw cause instanceof LedgerException
          ? errors.rethrown(what, cause)
          : errors.unknown(what, cause);
    }
  }
}
