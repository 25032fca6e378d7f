package dev.ingest.testkit.fault;

import dev.ingest.testkit.fault.CallSite.Role;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A stream of stored bytes at whose reads things go wrong. */
final class FaultingStream extends FilterInputStream {

  private final FaultGate gate;
  private boolean broken;

  FaultingStream(InputStream bytes, FaultGate gate) {
    super(bytes);
    this.gate = gate;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    int read = read(one, 0, 1);
    return read < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (broken) {
      throw new IOException("this stream failed before; open the key again");
    }
    FaultGate.Pass pass = gate.enter(Role.READ, "read");
    Fault fault = pass.fault();
    if (fault instanceof Fault.CrashBefore) {
      throw gate.crash(pass.site(), "before");
    } else if (fault instanceof Fault.Delay delay) {
      delay.before().run();
      int read = in.read(buffer, offset, length);
      delay.after().run();
      return read;
    } else if (fault instanceof Fault.CrashAfter) {
      int read = in.read(buffer, offset, length);
      throw gate.crash(pass.site(), "after " + read + " bytes");
    } else if (fault instanceof Fault.None || fault instanceof Fault.Duplicate) {
      return in.read(buffer, offset, length);
    }
    broken = true;
    if (fault instanceof Fault.Torn torn && torn.kept() > 0 && length > 0) {
      int read = in.read(buffer, offset, Math.min(length, torn.kept()));
      if (read > 0) {
        return read;
      }
    }
    throw new IOException(gate.words(pass.site(), "the bytes broke off"));
  }

  @Override
  public long skip(long count) throws IOException {
    if (broken) {
      throw new IOException("this stream failed before; open the key again");
    }
    return in.skip(count);
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
