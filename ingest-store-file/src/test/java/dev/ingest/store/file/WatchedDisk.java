package dev.ingest.store.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The real disk, with a record of every change and a place to make calls fail. */
final class WatchedDisk implements Disk {

  /** Called before each call; what it throws, the call throws. */
  interface Before {
    void call(String operation, Path path) throws IOException;
  }

  final List<String> log = new CopyOnWriteArrayList<>();
  final AtomicInteger open = new AtomicInteger();
  final AtomicInteger mostOpen = new AtomicInteger();
  final AtomicInteger scans = new AtomicInteger();
  private final Disk disk = new NioDisk();
  private volatile Before before = (operation, path) -> {};
  private volatile Before afterRead = (operation, path) -> {};

  void before(Before hook) {
    before = hook;
  }

  /** Called after each read of bytes. */
  void afterRead(Before hook) {
    afterRead = hook;
  }

  private void call(String operation, Path path) throws IOException {
    before.call(operation, path);
    log.add(operation + " " + path.getFileName());
  }

  private void opened() {
    mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
  }

  @Override
  public Output create(Path file) throws IOException {
    call("create", file);
    Output output = disk.create(file);
    opened();
    return new Output() {
      private boolean closed;

      @Override
      public void write(ByteBuffer bytes) throws IOException {
        call("write", file);
        output.write(bytes);
      }

      @Override
      public void sync() throws IOException {
        call("sync", file);
        output.sync();
        log.add("synced " + file.getFileName());
      }

      @Override
      public void close() throws IOException {
        if (!closed) {
          closed = true;
          open.decrementAndGet();
        }
        output.close();
      }
    };
  }

  @Override
  public Input open(Path file, boolean direct) throws IOException {
    before.call(direct ? "open direct" : "open", file);
    Input input = disk.open(file, direct);
    return new Input() {
      @Override
      public int read(ByteBuffer into, long position) throws IOException {
        int count = input.read(into, position);
        afterRead.call("read", file);
        return count;
      }

      @Override
      public long size() throws IOException {
        return input.size();
      }

      @Override
      public void close() throws IOException {
        input.close();
      }
    };
  }

  @Override
  public Syncable openToSync(Path path) throws IOException {
    before.call("open to sync", path);
    Syncable syncable = disk.openToSync(path);
    return new Syncable() {
      @Override
      public void sync() throws IOException {
        call("sync", path);
        syncable.sync();
        log.add("synced " + path.getFileName());
      }

      @Override
      public void close() throws IOException {
        syncable.close();
      }
    };
  }

  @Override
  public void link(Path name, Path existing) throws IOException {
    call("link", name);
    disk.link(name, existing);
  }

  @Override
  public boolean unlink(Path file) throws IOException {
    call("unlink", file);
    return disk.unlink(file);
  }

  @Override
  public void makeDirectory(Path directory) throws IOException {
    call("mkdir", directory);
    disk.makeDirectory(directory);
  }

  @Override
  public boolean removeDirectory(Path directory) throws IOException {
    call("rmdir", directory);
    return disk.removeDirectory(directory);
  }

  @Override
  public Optional<Attributes> attributes(Path path) throws IOException {
    before.call("attributes", path);
    return disk.attributes(path);
  }

  @Override
  public Names names(Path directory) throws IOException {
    before.call("names", directory);
    scans.incrementAndGet();
    Names names = disk.names(directory);
    return new Names() {
      @Override
      public @Nullable String next() throws IOException {
        before.call("name", directory);
        return names.next();
      }

      @Override
      public void close() throws IOException {
        names.close();
      }
    };
  }

  @Override
  public Device device(Path path) throws IOException {
    return disk.device(path);
  }

  @Override
  public OptionalLong deviceBytesRead() throws IOException {
    return disk.deviceBytesRead();
  }
}
