package dev.ingest.store.file;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Iterator;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The real file system. */
final class NioDisk implements Disk {

  private static final Set<String> VOLATILE_TYPES = Set.of("tmpfs", "ramfs", "devtmpfs");
  private static final Path THREAD_COUNTERS = Path.of("/proc/thread-self/io");
  private static final String READ_COUNTER = "read_bytes: ";

  @Override
  public Output create(Path file) throws IOException {
    return new ChannelOutput(FileChannel.open(file, CREATE_NEW, WRITE));
  }

  @Override
  public Input open(Path file, boolean direct) throws IOException {
    return new ChannelInput(
        direct
            ? FileChannel.open(file, READ, LinkOption.NOFOLLOW_LINKS, ExtendedOpenOption.DIRECT)
            : FileChannel.open(file, READ, LinkOption.NOFOLLOW_LINKS));
  }

  @Override
  public Syncable openToSync(Path path) throws IOException {
    return new ChannelOutput(FileChannel.open(path, READ));
  }

  @Override
  public void link(Path name, Path existing) throws IOException {
    Files.createLink(name, existing);
  }

  @Override
  public boolean unlink(Path file) throws IOException {
    return Files.deleteIfExists(file);
  }

  @Override
  public void makeDirectory(Path directory) throws IOException {
    Files.createDirectory(directory);
  }

  @Override
  public boolean removeDirectory(Path directory) throws IOException {
    try {
      Files.deleteIfExists(directory);
      return true;
    } catch (DirectoryNotEmptyException e) {
      return false;
    }
  }

  @Override
  public Optional<Attributes> attributes(Path path) throws IOException {
    try {
      BasicFileAttributes found =
          Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      Object identity = found.fileKey();
      return Optional.of(
          new Attributes(
              found.isRegularFile(),
              found.isDirectory(),
              found.size(),
              found.lastModifiedTime().toInstant(),
              identity == null ? path : identity));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @SuppressWarnings("StreamResourceLeak") // closed by the Names that are returned
  @Override
  public Names names(Path directory) throws IOException {
    return new StreamNames(Files.newDirectoryStream(directory));
  }

  @Override
  public Device device(Path path) throws IOException {
    FileStore store = Files.getFileStore(path);
    return new Device(store, store.getBlockSize(), !VOLATILE_TYPES.contains(store.type()));
  }

  @Override
  public OptionalLong deviceBytesRead() throws IOException {
    if (!Files.isReadable(THREAD_COUNTERS)) {
      return OptionalLong.empty();
    }
    for (String line : Files.readAllLines(THREAD_COUNTERS)) {
      if (line.startsWith(READ_COUNTER)) {
        return OptionalLong.of(Long.parseLong(line.substring(READ_COUNTER.length()).strip()));
      }
    }
    return OptionalLong.empty();
  }

  private record ChannelOutput(FileChannel channel) implements Output {

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }

    @Override
    public void sync() throws IOException {
      channel.force(true);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  private record ChannelInput(FileChannel channel) implements Input {

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      return channel.read(into, position);
    }

    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  private static final class StreamNames implements Names {

    private final DirectoryStream<Path> stream;
    private final Iterator<Path> paths;

    StreamNames(DirectoryStream<Path> stream) {
      this.stream = stream;
      this.paths = stream.iterator();
    }

    @Override
    public @Nullable String next() throws IOException {
      try {
        return paths.hasNext() ? String.valueOf(paths.next().getFileName()) : null;
      } catch (DirectoryIteratorException e) {
        throw e.getCause();
      }
    }

    @Override
    public void close() throws IOException {
      stream.close();
    }
  }
}
