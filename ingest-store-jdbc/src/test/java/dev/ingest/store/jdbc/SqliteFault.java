package dev.ingest.store.jdbc;

import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * What SQLite answers. After an error of the disk it may have undone the statement alone, or the
 * whole transaction.
 */
enum SqliteFault implements JdbcFault {
  BUSY(SQLiteErrorCode.SQLITE_BUSY, false, "another process held the write lock too long"),
  FULL(SQLiteErrorCode.SQLITE_FULL, false, "free space on the disk of "),
  FULL_AND_ROLLED_BACK(SQLiteErrorCode.SQLITE_FULL, true, "free space on the disk of "),
  WRITE_FAILED(SQLiteErrorCode.SQLITE_IOERR_WRITE, false, "check the disk and the file system of "),
  WRITE_FAILED_AND_ROLLED_BACK(
      SQLiteErrorCode.SQLITE_IOERR_WRITE, true, "check the disk and the file system of "),
  /** After which nobody knows what is on the disk. */
  SYNC_FAILED(SQLiteErrorCode.SQLITE_IOERR_FSYNC, false, "check the disk and the file system of ");

  private final SQLiteErrorCode code;
  private final boolean ofTheTransaction;
  private final String advice;

  SqliteFault(SQLiteErrorCode code, boolean ofTheTransaction, String advice) {
    this.code = code;
    this.ofTheTransaction = ofTheTransaction;
    this.advice = advice;
  }

  SQLException error() {
    return new SQLiteException("[" + code + "] struck", code);
  }

  /** Tells whether SQLite has rolled the transaction back by itself. */
  boolean isOfTheTransaction() {
    return ofTheTransaction;
  }

  @Override
  public String advice() {
    return advice;
  }

  @Override
  public boolean is(SQLException error) {
    return error instanceof SQLiteException found && found.getResultCode() == code;
  }
}
